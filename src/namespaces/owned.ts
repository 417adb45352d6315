// Namespaces that belong to a new user namespace, made before there is anyone to live in them.
//
// Which user namespace another one belongs to is decided when that is made, by where its maker is: it says whose root may
// change it. Node cannot go into a user namespace, as it has several threads. So a process is begun in all of them, its
// id maps are written, descriptors of them are taken, and it ends. They live as long as a descriptor or a process holds
// them. user_namespaces(7), ioctl_ns(2)

import { call } from '../syscall/call.ts'
import { clone } from '../syscall/clone.ts'
import * as C from '../syscall/constants.ts'
import { close, openat, write } from '../syscall/file.ts'
import { flags, type Step, stepsOf, syscall } from '../syscall/syscall.ts'
import { waitNow } from '../syscall/wait.ts'
import { cloneFlags, kindOf, type NamespaceType } from './kinds.ts'
import { type IdMapping, idMapText, writeIdMaps } from './user.ts'

export interface IdMaps {
  readonly uid: readonly IdMapping[]
  readonly gid: readonly IdMapping[]
}

/** Descriptors of namespaces; each is for its owner to close. */
export type Held = Partial<Record<NamespaceType, number>>

/** Make a user namespace, and namespaces of these types that belong to it. */
export function makeOwned(types: readonly NamespaceType[], { uid, gid }: IdMaps): Held {
  const all: readonly NamespaceType[] = ['user', ...types]
  const held: Held = {}
  try {
    const pid = clone(cloneFlags(all), [], {
      atGate: (maker) => {
        writeIdMaps(maker, uid, gid)
        for (const type of all) held[type] = call(openNamespace(maker, type))
      },
    })
    waitNow(pid)
    return held
  } catch (error) {
    letGo(held)
    throw error
  }
}

export function letGo(held: Held): void {
  for (const fd of Object.values(held)) call(close(fd))
}

export function openNamespace(pid: number | string, type: NamespaceType) {
  return openat(C.AT_FDCWD, `/proc/${pid}/ns/${kindOf(type).file}`, C.O_RDONLY | C.O_CLOEXEC)
}

/** The calls of `makeOwned` as steps. */
export function ownedSteps(types: readonly NamespaceType[], { uid, gid }: IdMaps): Step[] {
  const step = stepsOf(3)
  const all: readonly NamespaceType[] = ['user', ...types]
  const map = (file: string, text: string) => {
    const open = openat(C.AT_FDCWD, `/proc/<pid>/${file}`, C.O_WRONLY | C.O_CLOEXEC)
    return [open, write(open, text), close(open)]
  }
  return [
    ...step(
      'a process that ends at once makes a user namespace, and what shall belong to it',
      syscall('clone', flags('CLONE_', cloneFlags(all))),
    ),
    ...step(
      'who outside its users are',
      ...map('uid_map', idMapText(uid)),
      ...map('gid_map', idMapText(gid)),
    ),
    ...step(
      'keep them, for the process of the container to enter',
      ...all.map((type) => openNamespace('<pid>', type)),
    ),
  ]
}
