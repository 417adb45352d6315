// The doctor, chapters 1 and 2: the machine, the kernel, who is asking, and around what.

import { clone } from '../syscall/clone.ts'
import * as C from '../syscall/constants.ts'
import { mount } from '../syscall/mount.ts'
import { exit_group } from '../syscall/process.ts'
import { exitCode, waitNow } from '../syscall/wait.ts'
import {
  asRoot,
  bad,
  type Check,
  type Finding,
  fromTheSecond,
  good,
  type Host,
  onLinux,
  weak,
} from './doctor-check.ts'

/** The oldest kernel with everything that the engine uses (overlay's `volatile`, close_range), and with long support. */
const oldestKernel: readonly [number, number] = [5, 10]
const oldestNode = 24

const virtualMachine = 'A virtual machine has it: scripts/vm/README.md'

export const machineChecks: readonly Check[] = [
  {
    chapter: 1,
    name: 'operating system',
    check: ({ platform }) =>
      platform === 'linux'
        ? good('Linux')
        : bad(`${platform}, and containers are made of the Linux kernel`, virtualMachine),
  },
  {
    chapter: 1,
    name: 'processor',
    check: ({ arch }) =>
      arch === 'x64' || arch === 'arm64'
        ? good(arch === 'x64' ? 'x86-64' : 'arm64')
        : bad(`${arch}: the numbers of system calls are known here for x86-64 and arm64`),
  },
  { chapter: 1, name: 'kernel', check: onLinux(({ release }) => kernel(release)) },
  { chapter: 1, name: 'Node', check: ({ nodeVersion }) => node(nodeVersion) },
  { chapter: 1, name: 'root', check: (host) => root(host) },
  {
    chapter: 1,
    name: 'clone()',
    check: onLinux(() => {
      const status = exitCode(waitNow(clone(0, [exit_group(42)])))
      return status === 42
        ? good('a new process makes the calls that it was given')
        : bad(`a new process should have ended with 42, and ended with ${status}`)
    }),
  },
  { chapter: 1, name: 'surroundings', check: onLinux((host) => surroundings(host)) },
  { chapter: 2, name: '/proc', check: onLinux((host) => masked(host)) },
  {
    chapter: 2,
    name: 'a /proc of its own',
    check: asRoot(() => {
      const calls = [
        mount('none', '/', '', C.MS_REC | C.MS_PRIVATE),
        mount('proc', '/proc', 'proc'),
        exit_group(0),
      ]
      waitNow(clone(C.CLONE_NEWNS | C.CLONE_NEWPID, calls))
      return good('can be mounted')
    }),
  },
]

export function kernel(release: string): Finding {
  const [major = 0, minor = 0] = release.split(/[.-]/).map(Number)
  const [oldestMajor, oldestMinor] = oldestKernel
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)
    ? good(release)
    : bad(`${release}, and the engine needs ${oldestKernel.join('.')} or newer`, virtualMachine)
}

export function node(version: string): Finding {
  return Number(version.split('.')[0]) >= oldestNode
    ? good(version)
    : bad(
        `${version}, and the engine needs ${oldestNode} or newer`,
        'npm brings it: npm install, and then npx gocker',
      )
}

/** Root may be that of a user namespace, and an ordinary user outside of it. user_namespaces(7) */
export function root({ uid, read }: Pick<Host, 'uid' | 'read'>): Finding {
  if (uid === 0) {
    const map = read('/proc/self/uid_map')?.trim().split(/\s+/) ?? []
    return map.length === 0 || map.join(' ') === '0 0 4294967295'
      ? good('yes')
      : weak(
          `in a user namespace only; outside we are user ${map[1]}`,
          'Devices, and much of what is below, are for root of the real machine',
        )
  }
  return bad(
    'no: what makes a container is for root',
    'Ask again as root: sudo env "PATH=$PATH" npx gocker doctor',
    fromTheSecond,
  )
}

/** Is this a real machine, a virtual one of Windows, or a container already? */
export function surroundings(host: Pick<Host, 'read' | 'exists' | 'release'>): Finding {
  const container = containerAround(host)
  if (container) {
    return weak(
      `inside a container (${container})`,
      'Whatever is missing below was taken away by it: start it with --privileged and a volume for /var/lib/gocker.',
    )
  }
  const windows = windowsAround(host.release)
  if (windows === 1) {
    return bad(
      'WSL 1, which has no Linux kernel, only something like one',
      'In PowerShell: wsl --set-version DISTRIBUTION 2',
    )
  }
  return good(
    windows === 2 ? 'WSL 2; keep everything below ~ and nothing on /mnt/c' : 'not inside another container',
  )
}

/** The version of Windows' subsystem for Linux, by the name of its kernel. Both call it Microsoft's, WSL 1 with a capital. */
export function windowsAround(release: string): 1 | 2 | undefined {
  if (/-Microsoft$/.test(release)) return 1
  return /microsoft|WSL2/i.test(release) ? 2 : undefined
}

function containerAround({ read, exists }: Pick<Host, 'read' | 'exists'>): string | undefined {
  if (exists('/.dockerenv')) return '/.dockerenv is there'
  if (exists('/run/.containerenv')) return '/run/.containerenv is there'
  const named = /(?:^|\0)container=([^\0]+)/.exec(read('/proc/1/environ') ?? '')?.[1]
  if (named) return `process 1 was started by ${named}`
  const [first] = maskedPaths(read)
  return first && `${first} is masked`
}

/** What engines cover in /proc to keep it from a container; our chapter 8 does, too. Two mounts there are ordinary. */
export function masked({ read }: Pick<Host, 'read'>): Finding {
  const paths = maskedPaths(read)
  if (paths.length === 0) return good('nothing in it is masked')
  return weak(
    `masked by the container around us: ${paths.join(', ')}`,
    'Without root on the real machine no other /proc can be mounted then. Start it with --privileged',
  )
}

function maskedPaths(read: Host['read']): string[] {
  const points = (read('/proc/self/mountinfo') ?? '').split('\n').map((line) => line.split(' ')[4] ?? '')
  return [...new Set(points)].filter((point) => /^\/proc\/(?!sys\/fs\/binfmt_misc|fs\/nfsd)./.test(point))
}
