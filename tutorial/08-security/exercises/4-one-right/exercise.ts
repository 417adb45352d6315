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
  return [
    // TODO: give up all other capabilities for good: dropFromBoundingSet(number, name).
    // TODO: become the user, and keep the capabilities meanwhile: prctl(C.PR_SET_KEEPCAPS, 1).
    // TODO: have only this one, in three sets, and hand it on to the program.
    // TODO: never again get more than this.
  ]
}
