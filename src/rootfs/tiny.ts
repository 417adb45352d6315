// `tiny`: a root file system made of this machine's own programs. It needs no network and no download, only what
// every Linux machine has: a shell and the everyday tools, with the libraries that they need.
//
// `tinyFiles` is the plan; it reads the host and changes nothing. `makeTiny` writes the plan into a directory, to be
// undone by removing that directory.

import { chmodSync, constants, copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { programFiles } from './tiny-programs.ts'
import { skeleton } from './tiny-skeleton.ts'

/** One entry of the tree; parents come before what lies in them. Everything belongs to root. */
export type TinyFile = {
  /** Without a `/` in front: `usr/bin/sh`. */
  readonly path: string
  readonly mode: number
} & (
  | { readonly kind: 'directory' }
  | { readonly kind: 'file'; readonly content: string }
  /** The same content as the file `source` of the host, an absolute path and no link. */
  | { readonly kind: 'copy'; readonly source: string }
  | { readonly kind: 'link'; readonly target: string }
)

/** The part of an OCI image configuration that says how to start: image-spec, config.md. */
export const tinyConfig = {
  Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
  Cmd: ['/bin/sh'],
  WorkingDir: '/',
} as const

/**
 * What `tiny` is made of on this machine.
 * @throws Error if there is not even a shell
 */
export function tinyFiles(): TinyFile[] {
  return withParents([...skeleton(), ...programFiles()])
}

/** Write the root file system into `dir`, an existing empty directory. */
export function makeTiny(dir: string): void {
  chmodSync(dir, 0o755)
  for (const file of tinyFiles()) write(join(dir, file.path), file)
}

function write(path: string, file: TinyFile): void {
  if (file.kind === 'link') symlinkSync(file.target, path)
  if (file.kind === 'directory') mkdirSync(path)
  if (file.kind === 'file') writeFileSync(path, file.content)
  // on a file system that can, the copy shares its blocks with the original
  if (file.kind === 'copy') copyFileSync(file.source, path, constants.COPYFILE_FICLONE)
  // mkdir and open are held back by the umask; chmod is not, but it would follow a link
  if (file.kind !== 'link') chmodSync(path, file.mode)
}

/** Add the directories that nobody mentioned, and sort: parents first, each path once. */
function withParents(files: readonly TinyFile[]): TinyFile[] {
  const all = new Map<string, TinyFile>()
  for (const file of files) {
    const parts = file.path.split('/')
    for (let n = 1; n < parts.length; n++) {
      const path = parts.slice(0, n).join('/')
      if (!all.has(path)) all.set(path, { path, mode: 0o755, kind: 'directory' })
    }
    if (!all.has(file.path)) all.set(file.path, file)
  }
  return [...all.values()]
}
