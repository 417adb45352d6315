// The two processors, with the numbers that a filter has to know. linux/audit.h, asm/unistd.h

import { type Arch, numberOf } from '../../../../src/syscall/numbers.ts'
import type { Machine } from './exercise.ts'

const calls = (processor: Arch) => ({
  unshare: numberOf('unshare', processor),
  clone: numberOf('clone', processor),
  // the same everywhere, as all calls of the last years
  clone3: 435,
})

export const machines: Readonly<Record<Arch, Machine>> = {
  x64: { arch: 0xc000003e, ...calls('x64') },
  arm64: { arch: 0xc00000b7, ...calls('arm64') },
}
