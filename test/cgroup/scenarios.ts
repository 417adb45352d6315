// What the tests of control groups let the kernel do: node test/cgroup/scenarios.ts NAME makes a group, runs something
// in it, prints what was seen as JSON, and removes the group. It runs as a process of its own, as root.

import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { defaultDevices } from '../../src/cgroup/default-devices.ts'
import { type Hierarchy, hierarchy, of } from '../../src/cgroup/hierarchy.ts'
import { cgroupMounts } from '../../src/cgroup/mounts.ts'
import { sleep } from '../../src/cgroup/processes.ts'
import type { LinuxResources } from '../../src/cgroup/resources.ts'
import { v2 } from '../../src/cgroup/v2.ts'
import { clone } from '../../src/syscall/clone.ts'
import { execve } from '../../src/syscall/process.ts'
import { exitCode, poll, waitNow } from '../../src/syscall/wait.ts'

const MiB = 2 ** 20
const name = `gocker-test-${process.pid}`
const path = `${name}/one`

/** Start a shell in the group. */
function start(groups: Hierarchy, script: string): number {
  const env = ['PATH=/usr/sbin:/usr/bin:/sbin:/bin']
  const calls = groups.joinSteps(path).map(({ call }) => call)
  return clone(0, [...calls, execve('/bin/sh', ['sh', '-c', `exec 2>/dev/null; ${script}`], env)])
}

function run(groups: Hierarchy, script: string): number {
  return exitCode(waitNow(start(groups, script)))
}

/** Make the group for as long as `work` lasts, and say what it left. */
function within<T extends object>(
  resources: LinuxResources,
  work: (groups: Hierarchy) => T,
  groups = hierarchy(),
) {
  const { warnings } = groups.create(path, resources)
  try {
    return { version: groups.version, warnings, ...work(groups) }
  } finally {
    groups.remove(path)
  }
}

/** The files of the group, as the kernel has them now, found without the code that is tested. */
function content(file: string): string | undefined {
  for (const { point } of cgroupMounts()) {
    try {
      return readFileSync(`${point}/${path}/${file}`, 'utf8').trim()
    } catch {}
  }
  return undefined
}

/**
 * A device of the host that no container should open, as mknod(1) wants it: the disk that the root is on. Where the
 * host itself may not read it, as in some virtual machines, the log of the kernel does as well.
 */
function hostDevice(): string {
  const disk = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => line.split(' '))
    .find(([, , device, , point]) => point === '/' && !device!.startsWith('0:'))?.[2]
  for (const device of [disk && `b ${disk.replace(':', ' ')}`, 'c 1 11']) {
    if (device && opened(device) === 0) return device
  }
  throw new Error('this host may not open its own disk, and not its log')
}

function opened(device: string): number {
  const dir = mkdtempSync('/var/tmp/gocker-test-')
  try {
    const script = `mknod ${dir}/device ${device} && exec 3< ${dir}/device`
    return exitCode(
      waitNow(
        clone(0, [execve('/bin/sh', ['sh', '-c', `exec 2>/dev/null; ${script}`], ['PATH=/usr/bin:/bin'])]),
      ),
    )
  } finally {
    rmSync(dir, { recursive: true })
  }
}

/** Make a node for a device of the host, and open it; use those that everyone needs. */
function usingDevices(groups: Hierarchy): { made: number; opened: number; usual: number } {
  const device = hostDevice()
  const dir = mkdtempSync('/var/tmp/gocker-test-')
  try {
    return {
      made: run(groups, `mknod ${dir}/device ${device}`),
      opened: run(groups, `exec 3< ${dir}/device`),
      usual: run(groups, 'head -c1 /dev/urandom > /dev/null && head -c1 /dev/zero > /dev/null'),
    }
  } finally {
    rmSync(dir, { recursive: true })
  }
}

function killingAll(groups: Hierarchy): { ends: number[] } {
  const pids = [start(groups, 'sleep 100 & sleep 100 & wait'), start(groups, 'sleep 100')]
  groups.kill(path)
  return { ends: pids.map((pid) => exitCode(waitNow(pid))) }
}

const limits: LinuxResources = {
  memory: { limit: 64 * MiB, swap: 96 * MiB },
  cpu: { quota: 150_000, period: 100_000, shares: 512 },
  pids: { limit: 20 },
}

const scenarios: Readonly<Record<string, () => object>> = {
  limits: () =>
    within(limits, () => ({
      memory: content('memory.max') ?? content('memory.limit_in_bytes'),
      swap: content('memory.swap.max') ?? content('memory.memsw.limit_in_bytes'),
      cpu: content('cpu.max') ?? `${content('cpu.cfs_quota_us')} ${content('cpu.cfs_period_us')}`,
      shares: content('cpu.weight') ?? content('cpu.shares'),
      pids: content('pids.max'),
    })),

  update: () =>
    within(limits, (groups) => {
      const memory = () => content('memory.max') ?? content('memory.limit_in_bytes')
      groups.update(path, { memory: { limit: 256 * MiB, swap: 512 * MiB } })
      const raised = memory()
      groups.update(path, { memory: { limit: 32 * MiB, swap: 64 * MiB } })
      return { raised, lowered: memory() }
    }),

  hog: () =>
    within({ memory: { limit: 16 * MiB, swap: 16 * MiB } }, (groups) => ({
      exit: run(groups, 'exec tail /dev/zero'),
      oomKills: groups.events(path).oomKills,
      usage: groups.usage(path),
    })),

  bomb: () =>
    within({ pids: { limit: 20 } }, (groups) => {
      // without the limit in place, nothing of the kind is started
      if (content('pids.max') !== '20') throw new Error('no limit on processes')
      const pid = start(groups, 'bomb() { bomb | bomb & }; bomb; wait')
      let most = 0
      for (let i = 0; i < 100; i++) {
        most = Math.max(most, groups.usage(path).pids ?? Number.NaN)
        sleep(2)
      }
      const refused = groups.events(path).pidsRefused
      groups.remove(path)
      poll(pid)
      return { most, refused, alive: groups.pids(path).length }
    }),

  burner: () =>
    within({ cpu: { quota: 20_000, period: 100_000 } }, (groups) => {
      start(groups, 'while :; do :; done')
      for (let i = 0; i < 100 && groups.events(path).throttledPeriods < 2; i++) sleep(50)
      return groups.events(path)
    }),

  freeze: () =>
    within({}, (groups) => {
      const pid = start(groups, 'while :; do :; done')
      const spent = () => groups.usage(path).cpuNanos ?? Number.NaN
      const works = () => {
        const before = spent()
        for (let i = 0; i < 100 && spent() === before; i++) sleep(20)
        return spent() > before
      }
      const before = works()
      groups.freeze(path)
      const first = spent()
      sleep(50)
      const second = spent()
      groups.thaw(path)
      const after = works()
      const seen = groups.pids(path)
      groups.freeze(path)
      groups.remove(path)
      return { before, still: first === second, after, seen: seen.includes(pid), end: exitCode(waitNow(pid)) }
    }),

  /** As after an engine that died: a group below is stopped, and all are removed from above. */
  leftover: () =>
    within({}, (groups) => {
      const pid = start(groups, 'sleep 100 & wait')
      groups.freeze(path)
      const list = groups.list(name)
      groups.remove(name)
      return { list, end: exitCode(waitNow(pid)) }
    }),

  kill: () => within({}, killingAll),
  /** As before Linux 5.14: stop all, a signal to each, and let them go on. */
  'kill one by one': () => {
    const tree = cgroupMounts().find((m) => m.version === 2)
    if (!tree) return { skip: 'no cgroup v2 is mounted' }
    return within({}, killingAll, of({ ...v2(tree), killFile: () => undefined }))
  },

  'devices free': () => within({}, usingDevices),
  'devices held': () => within({ devices: defaultDevices }, usingDevices),
  'devices by program': () => {
    const tree = cgroupMounts().find((m) => m.version === 2)
    return tree
      ? within({ devices: defaultDevices }, usingDevices, of(v2(tree)))
      : { skip: 'no cgroup v2 is mounted' }
  },

  exists: () =>
    within({}, (groups) => {
      try {
        groups.create(path, {})
        return {}
      } catch (error) {
        return { error: String(error), list: groups.list(name) }
      }
    }),

  impossible: () => failing(hierarchy(), { cpu: { quota: 10 } }),
  'no controller': () => {
    const tree = cgroupMounts().find((m) => m.version === 2)
    if (!tree) return { skip: 'no cgroup v2 is mounted' }
    const has = readFileSync(`${tree.point}/cgroup.controllers`, 'utf8')
    if (has.includes('memory')) return { skip: 'this cgroup v2 has the memory controller' }
    return failing(of(v2(tree)), { memory: { limit: 64 * MiB } })
  },

  /** As inside a container: the top that one sees holds processes itself. */
  crowded: () => {
    const groups = hierarchy()
    if (groups.version === 1)
      return { skip: 'this kernel mounts cgroup v1, which has no rule against internal processes' }
    groups.create(path, {})
    const pid = start(groups, 'exec sleep 100')
    const top = `${groups.mounts[0]!.point}/${path}`
    try {
      const inner = of(v2({ version: 2, point: top, controllers: [] }))
      const { warnings } = inner.create('inner/one', { pids: { limit: 5 } })
      const limit = readFileSync(`${top}/inner/one/pids.max`, 'utf8').trim()
      return { warnings, limit, moved: groups.pids(`${path}/init`).includes(pid) }
    } finally {
      groups.remove(path)
    }
  },
}

function failing(groups: Hierarchy, resources: LinuxResources): object {
  try {
    groups.create(path, resources)
    return {}
  } catch (error) {
    return { error: String(error), list: groups.list(name) }
  }
}

/** The groups of this test that are still there. */
function leftOvers(): string[] {
  return cgroupMounts()
    .map(({ point }) => `${point}/${name}`)
    .filter((directory) => statSync(directory, { throwIfNoEntry: false }))
}

const scenario = scenarios[process.argv[2] ?? '']
if (!scenario) throw new Error(`one of: ${Object.keys(scenarios).join(', ')}`)
const result = scenario()
process.stdout.write(JSON.stringify({ ...result, left: leftOvers() }))
