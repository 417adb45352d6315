// Exercise 08-3: no user namespace for anyone in the container.

import { CLONE_NEWUSER } from '../../../../src/syscall/constants.ts'
import {
  ALLOW,
  answer,
  ENOSYS,
  EPERM,
  type Instruction,
  ifAnyBit,
  ifAtLeast,
  ifEqual,
  KILL,
  load,
  place,
  refuse,
} from './bpf.ts'

/** A processor, and the numbers that the calls have on it. */
export interface Machine {
  /** What the filter finds at `place.arch`. */
  readonly arch: number
  readonly unshare: number
  readonly clone: number
  readonly clone3: number
}

/** From this number on, calls of x86-64 are those of its variant x32: the same calls under other numbers. */
export const x32 = 0x40000000

/** The filter: instructions that are gone through from the first on, until one of them answers. */
export function filterFor(machine: Machine): Instruction[] {
  return [
    // TODO: a call of another processor: kill.
    // TODO: a call of x32: refuse with ENOSYS. clone3: the same.
    // TODO: unshare or clone with CLONE_NEWUSER in argument 0: refuse with EPERM.
    answer(ALLOW),
  ]
}
