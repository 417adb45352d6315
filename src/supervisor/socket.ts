// Where a supervisor is to be met: a socket in the container's folder. Its path may be longer than the 107 bytes that
// an address of unix(7) holds, so the folder is named by its descriptor.

import { closeSync, existsSync, openSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import type { Places } from '../container/places.ts'
import { folder } from '../container/state.ts'
import { call } from '../syscall/call.ts'
import * as C from '../syscall/constants.ts'
import { bindUnix, listen, socket } from '../syscall/socket.ts'

const name = 'supervisor.sock'
const waiting = 16

/** A socket that listens for visitors. Whatever lies at its place is left over from a supervisor that is dead. */
export function openDoor(places: Places, id: string): number {
  const directory = folder(places, id)
  rmSync(join(directory, name), { force: true })
  const fd = openSync(directory, 'r')
  try {
    const door = call(socket(C.AF_UNIX, C.SOCK_STREAM | C.SOCK_CLOEXEC, 0))
    call(bindUnix(door, `/proc/self/fd/${fd}/${name}`))
    call(listen(door, waiting))
    return door
  } finally {
    closeSync(fd)
  }
}

/** Has a supervisor ever been there for this container? */
export function hasDoor(places: Places, id: string): boolean {
  return existsSync(join(folder(places, id), name))
}

/** Visit the supervisor of the container. @throws Error with the code ENOENT or ECONNREFUSED if none is there */
export function visit(places: Places, id: string): Promise<Socket> {
  const fd = openSync(folder(places, id), 'r')
  return new Promise((resolve, reject) => {
    const line = connect(`/proc/self/fd/${fd}/${name}`)
    line.once('connect', () => resolve(line)).once('error', reject)
    line.once('connect', () => closeSync(fd)).once('error', () => closeSync(fd))
  })
}
