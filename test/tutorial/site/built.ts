// Books as static files, made once for all tests of a file, and a web server that has them in a sub-folder, as small as
// web servers get.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { home } from '../../../scripts/tutorial/book.ts'
import { buildSite } from '../../../scripts/tutorial/site/build.ts'

export const fixtureBook = fileURLToPath(new URL('../fixture-book/', import.meta.url))

/** Every book that is tested: one that has all there can be on a page, and the real one. */
export const books = { 'the fixture': fixtureBook, 'the course': home } as const

export interface BuiltBook {
  readonly folder: string
  readonly pages: number
  readonly problems: readonly string[]
  /** With a slash at the end, as all addresses here. */
  readonly fileUrl: string
  readonly remove: () => void
}

export async function built(root: string): Promise<BuiltBook> {
  const folder = mkdtempSync(join(tmpdir(), 'gocker-site-'))
  const { pages, problems } = await buildSite(root, folder)
  const remove = () => rmSync(folder, { recursive: true })
  return { folder, pages, problems, fileUrl: `${pathToFileURL(folder)}/`, remove }
}

const types: Readonly<Record<string, string>> = {
  html: 'text/html',
  css: 'text/css',
  js: 'text/javascript',
}

/** Serves the folder below /books/boxes/, and nothing else. */
export async function served(folder: string): Promise<{ readonly url: string; readonly close: () => void }> {
  const server = createServer((request, response) => {
    const [, path] = /^\/books\/boxes\/([^?]+)$/.exec(request.url ?? '') ?? []
    try {
      const body = readFileSync(join(folder, path!))
      response.writeHead(200, { 'content-type': types[path!.split('.').at(-1)!] }).end(body)
    } catch {
      response.writeHead(404).end()
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/books/boxes/`, close: () => server.close() }
}
