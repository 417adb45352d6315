// Who is who: the id maps of a user namespace. A process with a user namespace of its own has every right in it
// and none outside; the maps say which user outside each user inside is. They are written once, from outside,
// while the new process waits at the gate, and go with the namespace. user_namespaces(7)

import { call } from '../syscall/call.ts'
import * as C from '../syscall/constants.ts'
import { failedWith } from '../syscall/error.ts'
import { close, openat, write } from '../syscall/file.ts'

/** `size` ids inside, from `containerID` on, are those outside from `hostID` on. OCI runtime spec, `linux.uidMappings` */
export interface IdMapping {
  readonly containerID: number
  readonly hostID: number
  readonly size: number
}

/** The text that the kernel wants in /proc/PID/uid_map: a line for each range, at most 340. */
export function idMapText(mappings: readonly IdMapping[]): string {
  return mappings.map(({ containerID, hostID, size }) => `${containerID} ${hostID} ${size}\n`).join('')
}

/** Who the id `id` inside is outside; undefined for nobody. */
export function outside(mappings: readonly IdMapping[], id: number): number | undefined {
  const found = mappings.find(({ containerID, size }) => id >= containerID && id < containerID + size)
  return found && found.hostID + (id - found.containerID)
}

/** Who the id `id` outside is inside; undefined for nobody. */
export function within(mappings: readonly IdMapping[], id: number): number | undefined {
  const found = mappings.find(({ hostID, size }) => id >= hostID && id < hostID + size)
  return found && found.containerID + (id - found.hostID)
}

/** The map that makes one user outside root inside: the only one that an ordinary user may write without help. */
export function rootIs(hostID: number): IdMapping[] {
  return [{ containerID: 0, hostID, size: 1 }]
}

/**
 * Write the id maps of the process `pid`, which has just got a user namespace of its own: for the `atGate` of clone().
 *
 * Who is not root must first give up setgroups(2) in the namespace: otherwise a user could drop a group that
 * was given to keep them out of a file (CVE-2014-8989).
 * @throws Error if a range is not ours to give: an ordinary user may map only the own id
 */
export function writeIdMaps(
  pid: number,
  uidMappings: readonly IdMapping[],
  gidMappings: readonly IdMapping[],
): void {
  if (process.geteuid?.() !== 0) put(`/proc/${pid}/setgroups`, 'deny')
  try {
    put(`/proc/${pid}/uid_map`, idMapText(uidMappings))
    put(`/proc/${pid}/gid_map`, idMapText(gidMappings))
  } catch (error) {
    if (!failedWith(error, 'EPERM')) throw error
    const hint =
      'Who is not root may map only one id, the own one; /etc/subuid and newuidmap(1) can give more.'
    throw new Error(`${error.message}\n${hint}`, { cause: error })
  }
}

/** Such a file takes its content in one write only. */
function put(path: string, text: string): void {
  const file = call(openat(C.AT_FDCWD, path, C.O_WRONLY | C.O_CLOEXEC))
  try {
    call(write(file, text))
  } finally {
    call(close(file))
  }
}
