// Archives made of names and what is there, and a program that unpacks them as many once did: each name behind that of a
// directory, and no more thought. What Mallory makes of that is in the chapter on images.

import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { extract, pack } from 'tar-stream'

interface Link {
  readonly to: string
}

/** A symbolic link in an archive. */
export function link(to: string): Link {
  return { to }
}

/** A tar archive with these entries, in this order: texts are files. */
export async function archiveOf(entries: Readonly<Record<string, string | Link>>): Promise<Buffer> {
  const archive = pack()
  const mtime = new Date(0)
  for (const [name, what] of Object.entries(entries)) {
    if (typeof what === 'string') archive.entry({ name, mtime }, what)
    else archive.entry({ name, mtime, type: 'symlink', linkname: what.to })
  }
  archive.finalize()
  return buffer(archive as unknown as AsyncIterable<Buffer>)
}

/** Unpack an archive into a directory, believing every name in it. */
export async function unpackCarelessly(archive: Buffer, directory: string): Promise<void> {
  for await (const entry of Readable.from([archive]).pipe(extract())) {
    const path = join(directory, entry.header.name)
    mkdirSync(dirname(path), { recursive: true })
    if (entry.header.type === 'symlink') symlinkSync(entry.header.linkname!, path)
    else writeFileSync(path, await buffer(entry))
    entry.resume()
  }
}
