// What a container's cage looks like from inside: a small program that tries what can be tried without harm, a script that
// runs it and adds what /proc says, and the answer as values. The program changes nothing but a few nodes in the container's
// own root directory, and takes them away again. The idea is that of amicontained.

import * as C from '../syscall/constants.ts'
import { makedev, mknodat, openat, unlinkat } from '../syscall/file.ts'
import type { Arch } from '../syscall/numbers.ts'
import { type Numbered, tellingProgramOf, toldBy } from '../syscall/program.ts'
import { type Syscall, syscall } from '../syscall/syscall.ts'
import { callNumbers, nativeAbi } from './call-numbers.ts'
import { type CapabilityMasks, capabilityMasks, namesOf } from './capabilities.ts'
import { maskedPaths, readonlyPaths } from './masked-paths.ts'

export interface Cage {
  /** `pid` to `pid:[4026531836]`. */
  readonly namespaces: Readonly<Record<string, string>>
  readonly uid: string
  readonly gid: string
  readonly groups: string
  /** As in /proc/self/uid_map; without a user namespace it is `0 0 4294967295`. */
  readonly uidMap: string
  readonly capabilities: CapabilityMasks
  readonly noNewPrivileges: boolean
  /** 0: none, 2: a filter. proc(5) */
  readonly seccomp: number
  /** Names of calls that end with "you may not", however they are made. */
  readonly refused: readonly string[]
  /** Of the paths that are to be covered, those in which something can be read. */
  readonly uncovered: readonly string[]
  /** Of the paths that are to be read-only, those that are mounted so that they can be written to. */
  readonly writable: readonly string[]
  /** Devices that could be opened, by the names that they have on a host. */
  readonly devices: readonly string[]
  /** `/proc proc rw,nosuid,…`, in the order of mounting. */
  readonly mounts: readonly string[]
  /** The file and what is in it. */
  readonly limits: Readonly<Record<string, string>>
  /** Of AppArmor or SELinux; empty without. */
  readonly label: string
}

/** One way to make a call that does nothing: no descriptor, no address and no flag is -1. */
const senseless = [-1, -1, -1, -1, -1, -1]

/** They end the program, wait for ever, or do something all the same. uretprobe and uprobe are answered with SIGILL. Landlock is refused to those who have more rights than they need. */
const untried =
  'exit exit_group rt_sigreturn pause fork vfork sync vhangup restart_syscall uretprobe uprobe munlockall setsid sched_yield landlock_restrict_self'.split(
    ' ',
  )

const devices: readonly (readonly [name: string, type: number, major: number, minor: number])[] = [
  ['null', C.S_IFCHR, 1, 3],
  ['zero', C.S_IFCHR, 1, 5],
  ['full', C.S_IFCHR, 1, 7],
  ['random', C.S_IFCHR, 1, 8],
  ['urandom', C.S_IFCHR, 1, 9],
  ['ptmx', C.S_IFCHR, 5, 2],
  ['mem', C.S_IFCHR, 1, 1],
  ['port', C.S_IFCHR, 1, 4],
  ['kmsg', C.S_IFCHR, 1, 11],
  ['tty1', C.S_IFCHR, 4, 1],
  ['tun', C.S_IFCHR, 10, 200],
  ['fuse', C.S_IFCHR, 10, 229],
  ['kvm', C.S_IFCHR, 10, 232],
  ['loop-control', C.S_IFCHR, 10, 237],
  ['loop0', C.S_IFBLK, 7, 0],
  ['sda', C.S_IFBLK, 8, 0],
  ['vda', C.S_IFBLK, 254, 0],
]

const namespaces = ['cgroup', 'ipc', 'mnt', 'net', 'pid', 'time', 'user', 'uts']

const limitFiles = [
  ...['pids.max', 'memory.max', 'memory.swap.max', 'cpu.max', 'cpuset.cpus.effective'],
  ...[
    'pids/pids.max',
    'memory/memory.limit_in_bytes',
    'cpu/cpu.cfs_quota_us',
    'cpu/cpu.shares',
    'cpuset/cpuset.cpus',
  ],
].map((name) => `/sys/fs/cgroup/${name}`)

interface Probe {
  readonly calls: readonly (Syscall & Numbered)[]
  readonly names: readonly string[]
}

/** The calls of the program, and the names of those that are tried in the end. */
function probe(processor: Arch): Probe {
  const numbers = [...callNumbers(nativeAbi(processor))].filter(([name]) => !untried.includes(name))
  const nodes = devices.flatMap(([name, type, major, minor]): Syscall[] => [
    mknodat(C.AT_FDCWD, `/.cage-${name}`, type | 0o600, makedev(major, minor)),
    openat(C.AT_FDCWD, `/.cage-${name}`, C.O_RDONLY | C.O_NONBLOCK | C.O_CLOEXEC),
    unlinkat(C.AT_FDCWD, `/.cage-${name}`),
  ])
  const tried = numbers.map(([, number]) => ({ ...syscall('getpid', ...senseless), number }))
  return { calls: [...nodes, ...tried], names: numbers.map(([name]) => name) }
}

/** An executable that tries everything, to be put where a container finds it. */
export function cageProgram(processor: Arch): Buffer {
  return tellingProgramOf(probe(processor).calls, processor)
}

/** What a shell in the container is told to do. @param program where the executable is */
export function cageScript(program: string): string {
  const show = (name: string, command: string) => `echo '== ${name}'; ${command}`
  return [
    show('status', 'cat /proc/self/status'),
    show('namespaces', namespaces.map((name) => `echo ${name} $(readlink /proc/self/ns/${name})`).join('; ')),
    show('mounts', "sed 's/ - / /' /proc/self/mountinfo"),
    show('uid map', 'echo $(cat /proc/self/uid_map)'),
    show('label', 'cat /proc/self/attr/current 2> /dev/null'),
    show('limits', `for f in ${limitFiles.join(' ')}; do [ -e $f ] && echo $f $(cat $f); done`),
    show(
      'uncovered',
      `for f in ${maskedPaths.join(' ')}; do { [ -d $f ] && ls -A $f || head -c 1 $f; } 2> /dev/null | grep -q . && echo $f; done`,
    ),
    show('settings', `for f in ${readonlyPaths.join(' ')}; do [ -e $f ] && echo $f; done`),
    show('calls', `${program} | od -An -v -tx1`),
  ].join('\n')
}

/** The cage, out of what the script printed. */
export function readCage(output: string, processor: Arch): Cage {
  const parts = new Map(
    output
      .split(/^== /m)
      .slice(1)
      .map((part) => [part.slice(0, part.indexOf('\n')), part.slice(part.indexOf('\n') + 1)]),
  )
  const linesOf = (name: string) => (parts.get(name) ?? '').split('\n').filter((line) => line !== '')
  const status = parts.get('status') ?? ''
  const field = (key: string) => new RegExp(`^${key}:[ \\t]*(.*)$`, 'm').exec(status)?.[1]?.trim() ?? ''
  const mounts = linesOf('mounts').map(mountOf)
  const { calls, names } = probe(processor)
  const told = toldBy(Buffer.from((parts.get('calls') ?? '').replaceAll(/\s/g, ''), 'hex'), calls.length)
  return {
    namespaces: Object.fromEntries(linesOf('namespaces').map((line) => line.split(' ') as [string, string])),
    uid: field('Uid').split('\t')[0]!,
    gid: field('Gid').split('\t')[0]!,
    groups: field('Groups'),
    uidMap: parts.get('uid map')?.trim() ?? '',
    capabilities: capabilityMasks(status),
    noNewPrivileges: field('NoNewPrivs') === '1',
    seccomp: Number(field('Seccomp')),
    refused: names.filter((name, i) => isRefused(name, told.results[3 * devices.length + i])).sort(),
    uncovered: linesOf('uncovered'),
    writable: linesOf('settings').filter((path) => !isReadOnly(path, mounts)),
    devices: devices.filter((_, i) => told.results[3 * i + 1]! >= 0).map(([name]) => name),
    mounts: mounts.map(({ path, type, options }) => `${path} ${type} ${options}`),
    limits: Object.fromEntries(linesOf('limits').map((line) => split(line))),
    label: (parts.get('label') ?? '').replaceAll('\0', '').trim(),
  }
}

/** EPERM or EACCES; the filter says ENOSYS of clone3, so that programs try clone, and else it is the kernel that says so. */
const isRefused = (name: string, result = 0) =>
  [-1, -13, ...(name === 'clone3' ? [-38] : [])].includes(result)

interface Mounted {
  readonly path: string
  readonly options: string
  readonly type: string
}

/** A line of mountinfo, its optional fields between the options and the type left out. proc_pid_mountinfo(5) */
function mountOf(line: string): Mounted {
  const words = line.split(' ')
  const type =
    words.slice(6).find((word) => !/^(shared|master|propagate_from):|^unbindable$/.test(word)) ?? ''
  return { path: words[4]!, options: words[5]!, type }
}

/** The mount that a path lies on is the last one that is above it. */
function isReadOnly(path: string, mounts: readonly Mounted[]): boolean {
  const above = mounts.filter((one) => `${path}/`.startsWith(one.path === '/' ? '/' : `${one.path}/`))
  return (
    above
      .toSorted((a, b) => a.path.length - b.path.length)
      .at(-1)
      ?.options.split(',')[0] === 'ro'
  )
}

function split(line: string): [string, string] {
  const at = line.indexOf(' ')
  return [line.slice(0, at), line.slice(at + 1)]
}

/** For people: each row has a name and what is so. @param host its namespaces, to tell which ones are shared */
export function cageRows(cage: Cage, host: Readonly<Record<string, string>>): (readonly [string, string])[] {
  const shared = Object.keys(cage.namespaces).filter((name) => cage.namespaces[name] === host[name])
  const own = Object.keys(cage.namespaces).filter((name) => !shared.includes(name))
  const limits = Object.entries(cage.limits).map((pair) => pair.join(' '))
  const sets = Object.entries(cage.capabilities).map(([set, mask]) => `${set} ${namesOf(mask).length}`)
  return [
    ['namespaces of its own', own.join(' ')],
    ['shared with the host', shared.join(' ') || 'none'],
    [
      'user',
      `${cage.uid}:${cage.gid}, outside ${cage.uidMap.split(' ')[1]}; groups ${cage.groups || 'none'}`,
    ],
    ['capabilities', sets.join(', ')],
    ['no_new_privs', cage.noNewPrivileges ? 'yes' : 'no'],
    ['filter', cage.seccomp === 2 ? 'yes' : 'no'],
    ['calls refused', `${cage.refused.length}: ${cage.refused.join(' ')}`],
    ['not covered', cage.uncovered.join(' ') || 'none'],
    ['not read-only', cage.writable.join(' ') || 'none'],
    ['devices that open', cage.devices.join(' ') || 'none'],
    ...cage.mounts.map((mount, i) => [i === 0 ? 'mounts' : '', mount] as const),
    ...(limits.length === 0 ? ['none'] : limits).map((limit, i) => [i === 0 ? 'limits' : '', limit] as const),
    ['label', cage.label || 'none'],
  ]
}
