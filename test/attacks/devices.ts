// Attacks by device nodes: a node is a pair of numbers, and root may make any.

import { closeSync, existsSync, openSync, readdirSync, readFileSync } from 'node:fs'
import * as C from '../../src/syscall/constants.ts'
import { makedev, mknodat, openat } from '../../src/syscall/file.ts'
import { syscall } from '../../src/syscall/syscall.ts'
import { type Attack, attacks, lastWorked } from './attack.ts'
import { memory } from './calls.ts'
import { setting } from './machine.ts'
import { deviceCgroup } from './protections.ts'

/** Of the disks, one that root of this host may open; on some machines it is an empty one. */
function disk(): [number, number] | undefined {
  const names = readdirSync('/sys/block').filter((name) => canOpen(`/dev/${name}`))
  const numbers = names[0] && readFileSync(`/sys/block/${names[0]}/dev`, 'utf8').split(':').map(Number)
  return numbers ? [numbers[0]!, numbers[1]!] : undefined
}

function canOpen(path: string): boolean {
  try {
    closeSync(openSync(path, 'r'))
    return true
  } catch {
    return false
  }
}

/** The numbers of a character device of the kind "misc": 10 and what stands here. */
function misc(name: string): [number, number] | undefined {
  const line = new RegExp(`^\\s*(\\d+) ${name}$`, 'm').exec(readFileSync('/proc/misc', 'utf8'))
  return line ? [10, Number(line[1])] : undefined
}

function node(
  type: number,
  numbers: () => [number, number] | undefined,
  reads: boolean,
): Pick<Attack, 'stoppedBy' | 'attack' | 'gotThrough' | 'missing'> {
  return {
    stoppedBy: [deviceCgroup],
    missing: () => !numbers() && 'this kernel has no such device',
    attack: () => {
      const [major, minor] = numbers()!
      const file = openat(C.AT_FDCWD, '/node', (reads ? C.O_RDONLY : C.O_RDWR) | C.O_NONBLOCK)
      const text = memory(8192)
      const make = mknodat(C.AT_FDCWD, '/node', type | 0o666, makedev(major, minor))
      const read = syscall('read', file, text, 8192)
      return { calls: [make, text, file, ...(reads ? [read] : [])] }
    },
    gotThrough: (seen) => lastWorked(seen) && (!reads || seen.results.at(-1)! > 0),
  }
}

/** Where the host has set it, the device asks for a capability besides: here it is there, so that one sees the cgroup at work. */
const withSyslog = () => (setting('kernel/dmesg_restrict') === '1' ? ['--cap-add', 'SYSLOG'] : [])

export const devices = attacks(
  {
    name: "the host's disk",
    tries: 'makes a node for the disk of the host and opens it, past all rights of files: mknod(2)',
    ...node(C.S_IFBLK, disk, false),
    left: 'nothing: CAP_MKNOD is one of Docker’s fourteen',
  },
  {
    name: "the kernel's log by a device",
    tries: 'makes a node for /dev/kmsg and reads it',
    ...node(C.S_IFCHR, () => [1, 11], true),
    flags: withSyslog,
    left: 'CAP_SYSLOG, where kernel.dmesg_restrict is set',
  },
  {
    name: 'file systems of her own making',
    tries: 'makes a node for /dev/fuse, by which a program answers for the kernel’s file system',
    ...node(C.S_IFCHR, () => misc('fuse'), false),
    left: 'that a mount is needed too',
  },
  {
    name: 'files as disks',
    tries: 'makes a node for /dev/loop-control and gets new disks from it',
    ...node(C.S_IFCHR, () => misc('loop-control'), false),
    left: 'nothing',
  },
  {
    name: 'network interfaces of her own',
    tries: 'makes a node for /dev/net/tun, by which a program is a network card',
    ...node(C.S_IFCHR, () => misc('tun'), false),
    left: 'CAP_NET_ADMIN, for a new one',
  },
  {
    name: 'virtual machines',
    tries: 'makes a node for /dev/kvm, with much of the kernel behind it',
    ...node(C.S_IFCHR, () => misc('kvm'), false),
    left: 'nothing',
  },
  {
    name: "the host's console",
    tries: 'makes a node for a virtual terminal of the host and types or reads there',
    ...node(C.S_IFCHR, () => (existsSync('/dev/tty1') ? [4, 1] : undefined), false),
    left: 'nothing',
  },
  {
    name: 'a device in the image',
    tries: 'makes an image that brings the node along',
    stoppedBy: [deviceCgroup],
    flags: withSyslog,
    left: 'nothing: nodes of an image are kept, as in Docker',
    image: 'attack-node',
    attack: () => {
      const file = openat(C.AT_FDCWD, '/kmsg', C.O_RDONLY | C.O_NONBLOCK)
      const text = memory(8192)
      return { calls: [text, file, syscall('read', file, text, 8192)] }
    },
    gotThrough: ({ results }) => results.at(-1)! > 0,
  },
)
