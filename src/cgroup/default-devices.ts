// The devices that a container may use unless its user says more. A container has CAP_MKNOD, and /dev/sda is but a
// number: without this list it could make the node for the host's disk and read it.

import type { DeviceRule } from './resources.ts'

const character = (major: number, minor?: number, access = 'rwm'): DeviceRule => ({
  allow: true,
  type: 'c',
  major,
  ...(minor === undefined ? {} : { minor }),
  access,
})

/** Docker's list. The numbers are those of Documentation/admin-guide/devices.txt in the kernel. */
export const defaultDevices: readonly DeviceRule[] = [
  { allow: false, access: 'rwm' },
  // any node may be made: what counts is whether it may be opened
  { allow: true, type: 'c', access: 'm' },
  { allow: true, type: 'b', access: 'm' },
  character(1, 3), // null
  character(1, 5), // zero
  character(1, 7), // full
  character(1, 8), // random
  character(1, 9), // urandom
  character(5, 0), // tty
  character(5, 1), // console
  character(5, 2), // ptmx
  character(136), // the terminals below /dev/pts
]
