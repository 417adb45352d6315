// npm run tutorial: the site for the browser on this machine, and for nobody else. Each page is made when it is asked for,
// so who edits the prose sees it by reloading.

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { openSite, type Site } from './site.ts'

/** The same each time, as far as it is free: the browser keeps what the reader has ticked for this address. */
const preferredPort = 4405

const types: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
}

export interface Served {
  readonly address: string
  readonly server: Server
}

export async function serveSite(root: string, port = preferredPort): Promise<Served> {
  const site = await openSite(root)
  const server = createServer(async (request, response) => {
    const { status, type, body } = await answer(site, request.url ?? '/')
    response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' })
    response.end(request.method === 'HEAD' ? undefined : body)
  })
  const { port: found } = await listen(server, port)
  return { address: `http://127.0.0.1:${found}/`, server }
}

async function answer(site: Site, path: string): Promise<{ status: number; type: string; body: string }> {
  const text = 'text/plain; charset=utf-8'
  try {
    const { pathname } = new URL(path, 'http://127.0.0.1')
    const url = decodeURIComponent(pathname)
      .replace(/^\//, '')
      .replace(/(^|\/)$/, '$1index.html')
    const rendered = await site.render(url)
    if (!rendered)
      return { status: 404, type: text, body: `There is no page ${url}. The way in: /index.html\n` }
    return { status: 200, type: types[url.split('.').at(-1)!] ?? text, body: rendered.body }
  } catch (error) {
    // a chapter that is being written: say what is wrong with it where its author is looking
    return { status: 500, type: text, body: `This page cannot be made: ${(error as Error).message}\n` }
  }
}

/** On loopback only. If somebody has the port, any other one. */
function listen(server: Server, port: number): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (port === 0 || error.code !== 'EADDRINUSE') reject(error)
      else resolve(listen(server, 0))
    })
    server.listen(port, '127.0.0.1', () => resolve(server.address() as AddressInfo))
  })
}
