// All that is mounted into a container, in the words of the runtime specification: config.md, "Mounts". Pure.

import { defaultMounts } from '../rootfs/default-mounts.ts'
import type { Mount } from '../rootfs/mounts.ts'
import type { Mounted } from './mount-request.ts'
import type { RunOptions } from './options.ts'
import { ENGINE_FAILED, UserError } from './user-error.ts'

/** A file of the host's, and where the container sees it. */
export interface FileOfHost {
  readonly source: string
  readonly destination: string
}

/**
 * In the order in which they are mounted.
 * @param mounts volumes and directories of the host
 * @throws UserError for a --tmpfs that is no absolute path
 */
export function mountsOf(
  options: RunOptions,
  files: readonly FileOfHost[],
  mounts: readonly Mounted[],
): Mount[] {
  return [
    ...standardMounts(options),
    ...files.map(fileMount),
    ...options.tmpfs.map(tmpfsMount),
    ...mounts.map(requestedMount),
  ]
}

/** What runc mounts into every container; a privileged one may write to /sys and to its cgroup. */
function standardMounts(options: RunOptions): Mount[] {
  const shmSize = options.resources?.shmSize
  const mounts = defaultMounts.map((mount) =>
    mount.destination !== '/dev/shm' || shmSize === undefined
      ? mount
      : {
          ...mount,
          options: mount.options?.map((one) => (one.startsWith('size=') ? `size=${shmSize}` : one)),
        },
  )
  if (!options.privileged) return mounts
  return mounts.map((mount) => ({
    ...mount,
    options: mount.options?.filter((option) => option !== 'ro'),
  }))
}

function fileMount({ source, destination }: FileOfHost): Mount {
  return { destination, type: 'bind', source, options: ['rbind', 'rprivate'] }
}

/** What `--tmpfs` asks for: `/path` or `/path:options`. */
function tmpfsMount(text: string): Mount {
  const at = text.indexOf(':')
  const destination = at === -1 ? text : text.slice(0, at)
  if (!destination.startsWith('/'))
    throw new UserError(`invalid mount path: '${destination}' mount path must be absolute`, ENGINE_FAILED)
  const asked = at === -1 ? [] : text.slice(at + 1).split(',')
  return { destination, type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'nodev', 'noexec', ...asked] }
}

/** A volume, a directory of the host's, or a tmpfs with all that was said of it. */
function requestedMount({
  type,
  source,
  destination,
  readOnly,
  propagation,
  options = [],
  nonRecursive,
}: Mounted): Mount {
  const rights = readOnly ? ['ro'] : []
  if (type === 'tmpfs') {
    const all = ['nosuid', 'nodev', 'noexec', ...options, ...rights]
    return { destination, type, source: 'tmpfs', options: all }
  }
  const how = nonRecursive ? 'bind' : 'rbind'
  const below = readOnly && !nonRecursive ? ['rro'] : []
  return {
    destination,
    type: 'bind',
    source,
    options: [how, propagation || 'rprivate', ...rights, ...below],
  }
}
