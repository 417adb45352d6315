// A saved image's tar archive, read into a staging directory: docker-archive and OCI archive alike are files that name
// each other, in any order, so all of them are put down before the first is understood.
//
// Everything in here is the word of a stranger. Names stay names: the files lie under numbers. A name that leads out of
// the archive is refused all the same, for no program that saves images writes one.

import { join, normalize } from 'node:path/posix'
import { compressionOf, inflated, peek } from './compression.ts'
import type { Staged, Staging, Writing } from './staging.ts'
import { shown, untar } from './untar.ts'

export interface ArchiveFiles {
  /** The file with this name, also through links within the archive. */
  find(name: string): Staged | undefined
}

/** An image has some hundred files at most; an archive of a hundred images fits well. */
const mostEntries = 100_000

/** As the kernel: path_resolution(7) */
const mostLinks = 40

/**
 * Read the archive to its end, compressed or not.
 * @throws Error if it is damaged, announces more than the disk can hold, or has names that lead out of it
 */
export async function readArchive(
  source: AsyncIterable<Uint8Array>,
  staging: Staging,
): Promise<ArchiveFiles> {
  const files = new Map<string, Staged>()
  const links = new Map<string, string>()
  let entries = 0
  let open: { readonly name: string; readonly writing: Writing } | undefined
  const reader = untar({
    entry: ({ type, name: rawName, linkName, size }) => {
      if (++entries > mostEntries) throw new Error(`The archive has more than ${mostEntries} files.`)
      const name = inside(rawName)
      if (type === 'file') open = { name, writing: staging.begin(size) }
      // older ones keep a layer that several images have once, and links to it
      else if (type === 'symbolic link')
        links.set(name, inside(linkName.startsWith('/') ? linkName : join(name, '..', linkName)))
      else if (type === 'hard link') links.set(name, inside(linkName))
      else if (type !== 'directory')
        throw new Error(`${shown(rawName)} is a ${type}: no archive of images holds such.`)
    },
    data: (chunk, at, length) => open?.writing.write(chunk.subarray(at, at + length)),
    end: () => {
      if (open) {
        links.delete(open.name)
        files.set(open.name, open.writing.end())
      }
      open = undefined
    },
  })
  const { head, bytes } = await peek(source)
  if (head.length === 0) throw new Error('The archive is empty: not one byte came.')
  for await (const piece of inflated(bytes, compressionOf(head))) reader.push(piece)
  reader.end()
  return {
    find: (wanted) => {
      let name = inside(wanted)
      for (let hops = 0; links.has(name) && hops < mostLinks; hops++) name = links.get(name)!
      return files.get(name)
    },
  }
}

/** A name without `.` and doubled slashes. @throws Error if it is absolute or leads upwards */
function inside(name: string): string {
  const short = normalize(name).replace(/\/$/, '')
  if (short.startsWith('/') || short === '..' || short.startsWith('../'))
    throw new Error(
      `The archive names ${shown(name)}, which lies outside of it.\nNo program that saves images writes such a name: it may be an attack. Nothing was kept.`,
    )
  return short
}
