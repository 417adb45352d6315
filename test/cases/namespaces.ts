// What joining and id maps do, one case per name on the command line; each prints what it found as one line of JSON.
// The cases run in a process of their own: they enter namespaces.

import { readlinkSync } from 'node:fs'
import { ask } from '../../chapters/ask.ts'
import { differingNamespaces, inPidNamespace, joinPathSteps, joinSteps } from '../../src/namespaces/join.ts'
import { cloneFlags, kinds, type NamespaceType } from '../../src/namespaces/kinds.ts'
import { type IdMapping, rootIs, writeIdMaps } from '../../src/namespaces/user.ts'
import { privateSteps } from '../../src/rootfs/pivot-root.ts'
import { call } from '../../src/syscall/call.ts'
import { close } from '../../src/syscall/file.ts'
import { mount } from '../../src/syscall/mount.ts'
import { pidfd_open, setgroups, sethostname, setresgid, setresuid } from '../../src/syscall/process.ts'
import type { Step, Syscall } from '../../src/syscall/syscall.ts'

const callsOf = (steps: readonly Step[]) => steps.map((step) => step.call)
const link = (pid: number | 'self', file: string) => readlinkSync(`/proc/${pid}/ns/${file}`)
const look =
  'echo "$$ $(uname -n) $(id -u) $(echo /proc/[0-9]*)"; for k in mnt uts ipc pid net cgroup user; do readlink /proc/$$/ns/$k; done'

/** Start a container of these kinds, and work beside it as long as it runs. */
function beside<T>(types: readonly NamespaceType[], work: (pid: number) => T): T {
  let found: T | undefined
  const user = types.includes('user')
  const range = [{ containerID: 0, hostID: 100_000, size: 1000 }]
  const calls: Syscall[] = [
    ...(user ? [setgroups([]), setresgid(0), setresuid(0)] : []),
    ...(types.includes('mount') ? callsOf(privateSteps()) : []),
    ...(types.includes('mount') && types.includes('pid') ? [mount('proc', '/proc', 'proc')] : []),
    ...(types.includes('uts') ? [sethostname('alice')] : []),
  ]
  ask('read wait', {
    flags: cloneFlags(types),
    calls,
    atGate: (pid) => {
      if (user) writeIdMaps(pid, range, range)
    },
    meanwhile: (pid) => {
      found = work(pid)
      return undefined
    },
  })
  return found as T
}

/** Join the container, and compare what is seen there with what it really has. */
function join(types: readonly NamespaceType[]) {
  return beside(types, (pid) => {
    const pidfd = call(pidfd_open(pid))
    const joined = differingNamespaces(pid)
    const calls = callsOf(joinSteps(pidfd, joined))
    const { inside } = inPidNamespace(pidfd, () => ask(look, { calls }))
    call(close(pidfd))
    const [first, ...links] = inside.split('\n')
    const [number, name, uid, ...processes] = first!.split(' ')
    const files = ['mnt', 'uts', 'ipc', 'pid', 'net', 'cgroup', 'user']
    return {
      joined,
      number: Number(number),
      name,
      uid: Number(uid),
      processes: processes.length,
      same: links.every((one, i) => one === link(pid, files[i]!)) && links.length === files.length,
    }
  })
}

const cases: Readonly<Record<string, () => unknown>> = {
  join: () => join(['mount', 'uts', 'ipc', 'pid', 'network', 'cgroup']),

  joinWithUser: () => join(['mount', 'uts', 'ipc', 'pid', 'network', 'cgroup', 'user']),

  joinByPath: () =>
    beside(['mount', 'uts', 'network'], (pid) => {
      const path = (type: NamespaceType, file: string) => ({ type, path: `/proc/${pid}/ns/${file}` })
      const calls = callsOf(joinPathSteps([path('mount', 'mnt'), path('network', 'net'), path('uts', 'uts')]))
      const { inside } = ask('readlink /proc/self/ns/mnt /proc/self/ns/net /proc/self/ns/uts', { calls })
      return { same: inside === ['mnt', 'net', 'uts'].map((file) => link(pid, file)).join('\n') }
    }),

  /** Work in another PID namespace fails: where is the next child born? */
  comeBack: () =>
    beside(['pid'], (pid) => {
      const pidfd = call(pidfd_open(pid))
      const where = () => ask('readlink /proc/self/ns/pid', { calls: [] }).inside
      let message = ''
      try {
        inPidNamespace(pidfd, () => {
          throw new Error('work failed')
        })
      } catch (error) {
        message = (error as Error).message
      }
      return {
        message,
        home: where() === link('self', 'pid'),
        away: link(pid, 'pid') !== link('self', 'pid'),
      }
    }),

  differing: () => ({
    self: differingNamespaces(process.pid),
    alice: beside(['uts', 'ipc'], differingNamespaces),
  }),

  dead() {
    let pidfd = -1
    const meanwhile = (pid: number) => {
      pidfd = call(pidfd_open(pid))
      return undefined
    }
    ask('read wait', { meanwhile })
    try {
      inPidNamespace(pidfd, () => 0)
      return 'no error'
    } catch (error) {
      return (error as Error).message
    }
  },

  /** To be run as an ordinary user. */
  rootless: () => {
    const uid = process.geteuid!()
    const gid = process.getegid!()
    const atGate = (pid: number) => writeIdMaps(pid, rootIs(uid), rootIs(gid))
    const flags = cloneFlags(['user', 'uts', 'mount'])
    const calls = [sethostname('alice'), mount('alice', '/mnt', 'tmpfs')]
    const script = 'id -u; uname -n; cat /proc/self/setgroups; grep -c "^alice /mnt" /proc/self/mounts'
    return ask(script, { flags, calls, atGate }).inside.split('\n')
  },

  greedy() {
    const many: IdMapping[] = [{ containerID: 0, hostID: 0, size: 1000 }]
    try {
      ask('id -u', { flags: cloneFlags(['user']), atGate: (pid) => writeIdMaps(pid, many, many) })
      return 'no error'
    } catch (error) {
      return (error as Error).message
    }
  },

  /** Each kind, alone: is exactly this namespace another one? */
  alone: () =>
    Object.fromEntries(
      kinds
        .filter(({ type }) => type !== 'time' && type !== 'user')
        .map(({ type }) => [type, beside([type], differingNamespaces)]),
    ),
}

const found = cases[process.argv[2] ?? '']
if (!found) throw new Error(`no case ${process.argv[2]}`)
process.stdout.write(`${JSON.stringify(found())}\n`)
