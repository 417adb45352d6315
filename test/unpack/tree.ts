// All that can be known of a directory tree from outside: to say that two are the same, or that one has not changed.

import { createHash } from 'node:crypto'
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { attempt } from '../../src/syscall/call.ts'
import * as C from '../../src/syscall/constants.ts'
import { lgetxattr, llistxattr } from '../../src/syscall/file.ts'

export interface Node {
  readonly type: string
  readonly mode: string
  readonly owner: string
  /** Nanoseconds since 1970. */
  readonly mtime: string
  readonly links: number
  readonly content?: string
  readonly target?: string
  readonly device?: string
  readonly xattrs: Readonly<Record<string, string>>
}

const types: Readonly<Record<number, string>> = {
  [C.S_IFIFO]: 'fifo',
  [C.S_IFCHR]: 'character device',
  [C.S_IFDIR]: 'directory',
  [C.S_IFBLK]: 'block device',
  [C.S_IFREG]: 'file',
  [C.S_IFLNK]: 'link',
}

/** What is at `path`. */
export function look(path: string | Buffer): Node {
  const stats = lstatSync(path, { bigint: true })
  const type = types[Number(stats.mode) & 0o170000] ?? '?'
  const rdev = Number(stats.rdev)
  return {
    type,
    mode: (Number(stats.mode) & 0o7777).toString(8),
    owner: `${stats.uid}:${stats.gid}`,
    mtime: String(stats.mtimeNs),
    links: type === 'directory' ? 1 : Number(stats.nlink),
    ...(type === 'file' ? { content: createHash('sha256').update(readFileSync(path)).digest('hex') } : {}),
    ...(type === 'link' ? { target: readlinkSync(path, 'latin1') } : {}),
    ...(type.endsWith('device') ? { device: `${rdev >> 8}:${rdev & 0xff}` } : {}),
    xattrs: xattrsOf(path),
  }
}

/** Everything below `directory`, by name; in a name each character is a byte. */
export function treeOf(directory: string): Record<string, Node> {
  const nodes: Record<string, Node> = {}
  const walk = (at: string) => {
    for (const name of readdirSync(Buffer.from(directory + at, 'latin1'), 'latin1').sort()) {
      const path = Buffer.from(`${directory}${at}/${name}`, 'latin1')
      nodes[`${at}/${name}`] = look(path)
      if (lstatSync(path).isDirectory()) walk(`${at}/${name}`)
    }
  }
  walk('')
  return nodes
}

function xattrsOf(path: string | Buffer): Record<string, string> {
  const inC = Buffer.concat([Buffer.from(path), Buffer.of(0)])
  const read = (fill: (into: Buffer) => number) => {
    const bytes = Buffer.alloc(65536)
    return bytes.toString('latin1', 0, Math.max(0, fill(bytes)))
  }
  const names = read((into) => attempt(llistxattr(inC, into)))
    .split('\0')
    .filter((name) => name !== '')
  return Object.fromEntries(
    names.sort().map((name) => [name, read((into) => attempt(lgetxattr(inC, name, into)))]),
  )
}
