// What a layer says about the layers below it: its whiteouts, as the overlay file system wants them. The order of the
// entries does not matter: what the layer itself has at a name stays, and only what is below is hidden.
// OCI image spec, layer.md, "Whiteouts"
//
// To be used with the layer's directory as the root (unpack-worker.ts), and synchronously.

import { isWhiteout, makeOpaque, makeWhiteout, markerOf } from '../overlay/whiteout.ts'
import { childrenOf, inC, statsOf } from './layer-path.ts'
import type { Room } from './layer-room.ts'

/**
 * Take up entries whose path has a part that begins with `.wh.`: such a name is never made, whatever it is in the archive.
 * @param mentioned the directories of which the archive has an entry
 */
export function layerWhiteouts(room: Room, mentioned: ReadonlyMap<string, unknown>): (path: string) => void {
  const { whitedOut, making, parents } = room

  const whiteout = (path: string): void => {
    if (!below(path)) return
    whitedOut.add(path)
    if (!statsOf(path)?.isDirectory()) making(path, () => statsOf(path) ?? makeWhiteout(inC(path)))
    else if (hasContent(path)) makeOpaque(inC(path))
    else making(path, () => makeWhiteout(inC(path)))
  }

  const opaque = (path: string): void => {
    // the overlay file system asks no root directory whether it is opaque, and Docker ignores the mark there too
    if (path === '/' || !below(`${path}/`)) return
    parents(`${path}/`)
    makeOpaque(inC(path))
  }

  /** Has this layer something in the directory? One that it only passes through, on the way to a whiteout, has not. */
  const hasContent = (path: string): boolean =>
    mentioned.has(path) ||
    childrenOf(path).some((child) => {
      const stats = statsOf(child)
      return stats?.isDirectory() ? hasContent(child) : stats !== undefined && !isWhiteout(stats)
    })

  return (path) => {
    const slash = path.indexOf('/.wh.')
    const end = path.indexOf('/', slash + 1)
    const marker = markerOf(path.slice(slash + 1, end === -1 ? undefined : end))
    if (marker.kind === 'leftover') return
    if (end !== -1) throw new Error('lies in a whiteout, which has nothing in it')
    if (marker.kind === 'opaque') opaque(slash === 0 ? '/' : path.slice(0, slash))
    else if (marker.kind === 'whiteout') whiteout(`${path.slice(0, slash)}/${marker.name}`)
  }
}

/**
 * Can a whiteout at `path` have a meaning? Not where this layer has a file, a link or another whiteout in place of a
 * directory above: all that was below is hidden already. umoci writes such whiteouts.
 */
function below(path: string): boolean {
  for (let slash = path.indexOf('/', 1); slash !== -1; slash = path.indexOf('/', slash + 1)) {
    const stats = statsOf(path.slice(0, slash))
    if (!stats) return true
    if (!stats.isDirectory()) return false
  }
  return true
}
