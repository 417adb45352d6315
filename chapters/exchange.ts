// What is said between us and a registry, in two lines: the chapter on images prints them.

import { createHash } from 'node:crypto'
import chalk from 'chalk'
import type { Exchange } from '../src/image/http.ts'
import { sizeText } from '../src/image/progress.ts'

/** `→ GET /v2/tiny/manifests/latest`, and below it the answer. A host is named where it is not that of the registry. */
export function inWords(exchange: Exchange, registry: string): string {
  const { method, url, authorization, range, status, headers } = exchange
  const { host, pathname, search } = new URL(url)
  const where = (host === registry ? '' : host) + short(pathname) + decodeURIComponent(search)
  const asked = [method, where, authorization && 'with a token', range].filter(Boolean).join(' ')
  const size = headers.has('content-length') && sizeText(Number(headers.get('content-length')))
  const said =
    headers.get('www-authenticate') ??
    headers.get('location') ??
    [headers.get('content-type'), size].filter(Boolean).join(', ')
  return `  → ${asked}\n  ← ${status < 400 ? chalk.green(status) : chalk.yellow(status)} ${chalk.dim(short(said))}`
}

export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

/** Digests by their first twelve digits: enough to tell them apart. */
export function short(text: string): string {
  return text.replaceAll(/(sha256:[0-9a-f]{12})[0-9a-f]{52}/g, '$1…')
}
