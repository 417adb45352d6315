// The doctor, chapters 1 and 2: the machine, the kernel, who is asking, and around what.

import { clone } from '../syscall/clone.ts'
import * as C from '../syscall/constants.ts'
import { mount } from '../syscall/mount.ts'
import { exit_group } from '../syscall/process.ts'
import { exitCode, waitNow } from '../syscall/wait.ts'
import { asRoot, bad, type Check, type Finding, good, onLinux, weak } from './doctor-check.ts'

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
  { chapter: 1, name: 'root', check: ({ uid }) => root(uid) },
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

function root(uid: number): Finding {
  if (uid === 0) return good('yes')
  return bad(
    'no: what makes a container is for root',
    'Ask again as root: sudo env "PATH=$PATH" npx gocker doctor',
  )
}

/** Is this a real machine, a virtual one of Windows, or a container already? */
export function surroundings({ read, exists, release }: Parameters<Check['check']>[0]): Finding {
  const container = containerAround({ read, exists })
  if (container) {
    return weak(
      `inside a container (${container})`,
      'Whatever is missing below was taken away by it: start it with --privileged and a volume for /var/lib/gocker.',
    )
  }
  if (/microsoft/i.test(release)) {
    return good(
      exists('/run/WSL') || /WSL2/i.test(release)
        ? 'WSL 2; keep everything below ~ and nothing on /mnt/c'
        : 'Windows',
    )
  }
  return good('not inside another container')
}

function containerAround({
  read,
  exists,
}: Pick<Parameters<Check['check']>[0], 'read' | 'exists'>): string | undefined {
  if (exists('/.dockerenv')) return '/.dockerenv is there'
  if (exists('/run/.containerenv')) return '/run/.containerenv is there'
  const named = /(?:^|\0)container=([^\0]+)/.exec(read('/proc/1/environ') ?? '')?.[1]
  if (named) return `process 1 was started by ${named}`
  const masked = read('/proc/self/mountinfo')
    ?.split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .filter((point) => ['/proc/kcore', '/proc/keys', '/proc/timer_list'].includes(point))
  return masked?.length ? `${masked[0]} is masked` : undefined
}
