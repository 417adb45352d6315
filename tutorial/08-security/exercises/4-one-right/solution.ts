// Exercise 08-4: from root to a user with one right, in the order that works.

import {
  allCapabilities,
  type Capability,
  capabilityMask,
  numberOf,
} from '../../../../src/security/capabilities.ts'
import * as C from '../../../../src/syscall/constants.ts'
import {
  capset,
  dropFromBoundingSet,
  prctl,
  raiseAmbient,
  setgroups,
  setresgid,
  setresuid,
} from '../../../../src/syscall/process.ts'
import type { Syscall } from '../../../../src/syscall/syscall.ts'

/** The calls, in order. Afterwards the process is this user in this group, and has `right` and no other. */
export function drop(uid: number, gid: number, right: Capability): Syscall[] {
  const others = allCapabilities.filter((name) => name !== right)
  const mask = capabilityMask([right])
  return [
    ...others.map((name) => dropFromBoundingSet(numberOf(name), name)),
    prctl(C.PR_SET_KEEPCAPS, 1),
    setgroups([]),
    setresgid(gid),
    setresuid(uid),
    capset(mask, mask, mask),
    raiseAmbient(numberOf(right), right),
    prctl(C.PR_SET_NO_NEW_PRIVS, 1),
  ]
}
