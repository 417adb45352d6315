// Room for what a layer's archive puts at a path: the directories above are made where the archive has not mentioned
// them, and what an earlier entry put there goes. Whiteouts among the directories above give way to what lies below them.
//
// To be used with the layer's directory as the root (unpack-worker.ts), and synchronously.

import { lstatSync, mkdirSync, unlinkSync } from 'node:fs'
import { isWhiteout, makeOpaque } from '../overlay/whiteout.ts'
import { codeOf, inC, onDisk, remove } from './layer-path.ts'

export interface Room {
  /** Names that are whited out; a directory with such a name shows nothing of the layers below. */
  readonly whitedOut: Set<string>
  /** Directories that had to be made for what lies below them. */
  readonly implied: Set<string>
  /** Do `make`; if something is in its way at `path`, take that away, if its directory is not there, make it. */
  making<T>(path: string, make: () => T): T
  /** Make the directories above `path`, where they are missing: root's, and readable for all. */
  parents(path: string): void
}

export function layerRoom(): Room {
  const whitedOut = new Set<string>()
  const implied = new Set<string>()

  const making = <T>(path: string, make: () => T): T => {
    try {
      return make()
    } catch (error) {
      const code = codeOf(error)
      if (code === 'EEXIST') remove(path)
      else if (code === 'ENOENT' || code === 'ENOTDIR') parents(path)
      else throw error
    }
    try {
      return make()
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error
      remove(path)
      return make()
    }
  }

  const parents = (path: string): void => {
    for (let slash = path.indexOf('/', 1); slash !== -1; slash = path.indexOf('/', slash + 1)) {
      const above = path.slice(0, slash)
      try {
        mkdirSync(onDisk(above), 0o755)
      } catch (error) {
        if (codeOf(error) !== 'EEXIST') throw error
        if (!isWhiteout(lstatSync(onDisk(above)))) continue
        unlinkSync(onDisk(above))
        mkdirSync(onDisk(above), 0o755)
      }
      if (whitedOut.has(above)) makeOpaque(inC(above))
      else implied.add(above)
    }
  }

  return { whitedOut, implied, making, parents }
}
