// Which mounts a container gets besides those that every container has: what was asked for, what other containers have
// (--volumes-from), and the places that the image declares to hold data (VOLUME). Decides, and touches nothing.

import type { Mounted, MountRequest } from './mount-request.ts'
import { randomId } from './names.ts'
import type { Places } from './places.ts'
import { ENGINE_FAILED, UserError } from './user-error.ts'
import { dataOf } from './volumes.ts'

export interface Wanted {
  readonly requests: readonly MountRequest[]
  /** The mounts of other containers, as they are to appear here. */
  readonly others: readonly Mounted[]
  /** Paths that the image declares. */
  readonly image: readonly string[]
  /** Paths at which something else is mounted: --tmpfs. */
  readonly taken: readonly string[]
}

/**
 * What is asked for by name wins over what comes from elsewhere, and that over what the image declares.
 * @returns in the order in which they are to be mounted: what lies above before what lies below
 * @throws UserError in Docker's words
 */
export function decideMounts(places: Places, { requests, others, image, taken }: Wanted): Mounted[] {
  const mounts = new Map<string, Mounted>()
  for (const request of requests) {
    const one = mounted(places, request)
    if (mounts.has(one.destination))
      throw new UserError(`Duplicate mount point: ${one.destination}`, ENGINE_FAILED)
    mounts.set(one.destination, one)
  }
  for (const one of others) if (!mounts.has(one.destination)) mounts.set(one.destination, one)
  for (const path of image) {
    const destination = cleanTarget(path)
    if (mounts.has(destination) || taken.includes(destination)) continue
    const request = { type: 'volume', target: path, readOnly: false, noCopy: false } as const
    mounts.set(destination, mounted(places, request))
  }
  return [...mounts.values()].sort((a, b) => depth(a.destination) - depth(b.destination))
}

function mounted(places: Places, request: MountRequest): Mounted {
  const destination = cleanTarget(request.target)
  const { readOnly } = request
  switch (request.type) {
    case 'tmpfs':
      return { type: 'tmpfs', source: '', destination, readOnly, propagation: '', options: request.options }
    case 'bind': {
      const { source, propagation = 'rprivate', makesSource, nonRecursive } = request
      return { type: 'bind', source, destination, readOnly, propagation, makesSource, nonRecursive }
    }
    case 'volume': {
      const name = request.name ?? randomId()
      const isAnonymous = request.name === undefined
      const source = dataOf(places, name)
      const copies = !request.noCopy
      return { type: 'volume', name, isAnonymous, source, destination, readOnly, propagation: '', copies }
    }
  }
}

function cleanTarget(target: string): string {
  if (!target.startsWith('/'))
    throw new UserError(`invalid mount path: '${target}' mount path must be absolute`, ENGINE_FAILED)
  const parts: string[] = []
  for (const part of target.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  if (parts.length === 0)
    throw new UserError("invalid specification: destination can't be '/'", ENGINE_FAILED)
  return `/${parts.join('/')}`
}

const depth = (path: string) => path.split('/').length
