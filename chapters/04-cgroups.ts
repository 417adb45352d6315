// npx tsx chapters/04-cgroups.ts
//
// A namespace hides things; a control group counts and limits them: memory, processes, processor time, devices. It is
// a directory that the kernel fills with files. Each experiment makes a group, lets a program do there what it likes,
// then sets a limit and starts the same program again. All groups are removed at the end.

import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { defaultDevices } from '../src/cgroup/default-devices.ts'
import { exceptionLine, policyOf } from '../src/cgroup/device-policy.ts'
import { deviceProgram } from '../src/cgroup/devices-bpf.ts'
import { type Hierarchy, hierarchy } from '../src/cgroup/hierarchy.ts'
import { sleep } from '../src/cgroup/processes.ts'
import type { LinuxResources } from '../src/cgroup/resources.ts'
import type { Syscall } from '../src/syscall/syscall.ts'
import { ask, cleanUpFirst, shell } from './ask.ts'
import { type Narrator, tell } from './narrator.ts'

const MiB = 2 ** 20
const path = `gocker-chapter/${process.pid}`

/** The way into the group: a process writes itself into a file of it. */
const join = (groups: Hierarchy, group = path): Syscall[] => groups.joinSteps(group).map(({ call }) => call)

/** A group for as long as `work` lasts. How it is made and removed is only shown in the first experiment. */
function inGroup(t: Narrator, work: (groups: Hierarchy) => void, resources: LinuxResources = {}): void {
  const groups = hierarchy()
  t.quietly(() => groups.create(path, resources))
  try {
    work(groups)
  } finally {
    t.quietly(() => groups.remove(path))
  }
}

/** What a script in the group prints; `meanwhile`, the host looks, and then ends all that is in the group. */
function run(t: Narrator, groups: Hierarchy, script: string, meanwhile?: () => void, group = path): string {
  const watch = () => {
    meanwhile?.()
    groups.kill(group)
    return undefined
  }
  const calls = join(groups, group)
  return t.quietly(() => ask(script, { calls, ...(meanwhile && { meanwhile: watch }) }).inside)
}

/** Alice counts to 20,000. The milliseconds that it takes depend on who else wants the processor. */
function alicesWork(t: Narrator, groups: Hierarchy, group = path): string {
  const start = performance.now()
  run(t, groups, 'i=0; while [ $i -lt 20000 ]; do i=$((i + 1)); done', undefined, group)
  return `${Math.round(performance.now() - start)} ms`
}

/** Mallory starts four programs for each processor, and none of them ever rests. */
function besideMallory(t: Narrator, groups: Hierarchy, group: string, meanwhile: () => void): void {
  const loops = '(while :; do :; done) & '.repeat(4 * availableParallelism())
  run(t, groups, `${loops} read go`, meanwhile, group)
}

function neighbour(t: Narrator): void {
  inGroup(t, (groups) => {
    t.say('Alice has work to do, always the same. Alone, it takes her')
    t.host(alicesWork(t, groups))
    t.say(`and beside Mallory, who has started ${4 * availableParallelism()} programs that never rest:`)
    besideMallory(t, groups, path, () => t.host(alicesWork(t, groups)))
  })
}

function share(t: Narrator): void {
  const [alice, mallory] = [`${path}/alice`, `${path}/mallory`]
  const groups = hierarchy()
  try {
    for (const group of [alice, mallory]) t.quietly(() => groups.create(group, {}))
    t.say('The same work beside the same Mallory, but each of them in a group:')
    besideMallory(t, groups, mallory, () => t.host(alicesWork(t, groups, alice)))
    t.say('And with a fifth of one processor for Mallory, whether others want the rest or not:')
    groups.update(mallory, { cpu: { quota: 20_000, period: 100_000 } })
    besideMallory(t, groups, mallory, () => t.host(alicesWork(t, groups, alice)))
  } finally {
    t.quietly(() => groups.remove(path))
  }
}

function makeGroup({ say, host, inside }: Narrator): void {
  const groups = hierarchy()
  say('A group is a directory. Version 2 has one tree for all controllers, version 1 one tree for each.')
  host(`cgroup v${groups.version}: ${groups.mounts.map(({ point }) => point).join(' ')}`)
  groups.create(path, {})
  try {
    say('A process goes in by writing itself into a file of the group: 0 means whoever writes.')
    const answer = ask('grep gocker /proc/self/cgroup; read go', {
      calls: join(groups),
      meanwhile: (pid) => `process ${pid} was started; the group holds ${groups.pids(path).join(', ')}`,
    })
    inside(answer.inside)
    host(answer.outside ?? '')
  } finally {
    say('Then the group is removed, which the kernel refuses as long as a process is in it.')
    groups.remove(path)
  }
}

function memory(t: Narrator): void {
  const hog = 'head -c 100000000 /dev/zero | tail -c 100000000 > /dev/null; echo "exit status $?"'
  const look = (groups: Hierarchy) => {
    const { memoryPeak } = groups.usage(path)
    const most =
      memoryPeak === undefined ? 'not counted by this kernel' : `${Math.round(memoryPeak / MiB)} MiB`
    t.host(`most memory: ${most}; killed for want of memory: ${groups.events(path).oomKills}`)
  }
  inGroup(t, (groups) => {
    t.say('tail keeps what it will print in memory. Asked for 100 MB, it takes them from the host:')
    t.inside(run(t, groups, hog))
    look(groups)
  })
  inGroup(t, (groups) => {
    t.say('Now with 32 MiB, and no swap besides. The limit is read back: the kernel has the last word.')
    groups.update(path, { memory: { limit: 32 * MiB, swap: 32 * MiB } })
    t.inside(run(t, groups, hog))
    look(groups)
    t.say('137 is 128 and 9, SIGKILL. No one else on this machine has noticed.')
  })
}

function processes(t: Narrator): void {
  inGroup(t, (groups) => {
    t.say('Each process takes a number, and the machine has only so many. No one asks whose they are:')
    run(t, groups, 'for i in 1 2 3 4 5 6 7 8 9 10; do sleep 9 & sleep 9 & sleep 9 & done; read go', () => {
      sleep(150)
      t.host(`${groups.usage(path).pids} processes in the group, and it could go on`)
    })
  })
  inGroup(t, (groups) => {
    t.say('Now at most 20, and only when that stands, a fork bomb: a function that starts itself twice.')
    groups.update(path, { pids: { limit: 20 } })
    const complaints = run(t, groups, 'bomb() { bomb | bomb & }; bomb; wait', () => {
      const count = () => sleep(60) && groups.usage(path).pids
      t.host(`processes, every 60 ms: ${[count(), count(), count(), count(), count()].join(' ')}`)
      t.host(`starts that the kernel refused: ${groups.events(path).pidsRefused}`)
    }).split('\n')
    t.inside(`${complaints[0]} (${complaints.length} times)`)
    t.host(`left after one kill for the whole group: ${groups.pids(path).length}`)
  })
}

/** Processor time that the group spends while `milliseconds` go by. */
function spent(groups: Hierarchy, milliseconds: number): string {
  const before = groups.usage(path).cpuNanos ?? Number.NaN
  sleep(milliseconds)
  const after = groups.usage(path).cpuNanos ?? Number.NaN
  return `${((after - before) / 1e6).toFixed(0)} ms of processor time in ${milliseconds} ms`
}

function processor(t: Narrator): void {
  const burn = (groups: Hierarchy) =>
    run(t, groups, 'while :; do :; done', () => {
      t.host(`${spent(groups, 500)}; made to wait ${groups.events(path).throttledPeriods} times`)
    })
  t.say('A loop that does nothing takes a whole processor, unless others want it too:')
  inGroup(t, burn)
  inGroup(t, (groups) => {
    t.say('Now 20,000 microseconds in every 100,000. When they are used up, it waits for the next period:')
    groups.update(path, { cpu: { quota: 20_000, period: 100_000 } })
    burn(groups)
  })
}

function small(t: Narrator): void {
  inGroup(t, (groups) => {
    t.say('One process and 4 MiB. Node would not even start with so little, but Node is not in the group:')
    groups.update(path, { memory: { limit: 4 * MiB }, pids: { limit: 1 } })
    t.inside(run(t, groups, 'echo "process $$ is here"; /bin/true; :'))
    t.host(`this is process ${process.pid}, with ${Math.round(process.memoryUsage().rss / MiB)} MiB, outside`)
  })
}

function freezing(t: Narrator): void {
  t.say('The same loop, and then a word to the whole group: stop where you are.')
  inGroup(t, (groups) => {
    run(t, groups, 'while :; do :; done', () => {
      t.host(`running: ${spent(groups, 100)}`)
      groups.freeze(path)
      t.host(`frozen:  ${spent(groups, 100)}. It got no signal, and will not notice.`)
      groups.thaw(path)
      t.host(`thawed:  ${spent(groups, 100)}`)
    })
  })
}

function devices(t: Narrator): void {
  const dir = mkdtempSync('/var/tmp/gocker-chapter-')
  // 1:11 is the log of the host's kernel; the host's disk would be a node like it
  const attack =
    `mknod ${dir}/log c 1 11; dd if=${dir}/log of=/dev/null bs=8192 count=1 2>&1 | tail -1; ` +
    `echo gone > /dev/null && echo "/dev/null works"; rm ${dir}/log`
  try {
    t.say('A device is a number. Root makes itself a node for it anywhere: here for the log of the kernel.')
    inGroup(t, (groups) => t.inside(run(t, groups, attack)))
    t.say('Now with the list that every container gets: nothing, but null, zero, random, the terminals …')
    const list = (groups: Hierarchy) => {
      const policy = policyOf(defaultDevices)
      const form = `${deviceProgram(policy).length} instructions that the kernel runs at each open(2)`
      t.host(groups.version === 1 ? 'lines in the file devices.allow' : form)
      t.host(policy.exceptions.map(exceptionLine).join(', '))
      t.inside(run(t, groups, attack))
    }
    inGroup(t, list, { devices: defaultDevices })
  } finally {
    rmSync(dir, { recursive: true })
  }
}

function sight(t: Narrator): void {
  inGroup(t, (groups) => {
    t.say('What does a program believe to have, in a group with 64 MiB and half a processor?')
    groups.update(path, { memory: { limit: 64 * MiB }, cpu: { quota: 50_000, period: 100_000 } })
    t.inside(run(t, groups, 'grep MemTotal /proc/meminfo; echo "processors: $(nproc)"'))
    t.say('All that the host has. A limit is a rule for the kernel; it changes nothing of what is seen.')
  })
}

async function openShell({ say, quietly }: Narrator): Promise<void> {
  say('A shell with 64 MiB of memory, 20 processes and a fifth of a processor. Leave with exit.\n')
  const groups = hierarchy()
  const limits = { memory: { limit: 64 * MiB }, cpu: { quota: 20_000, period: 100_000 }, pids: { limit: 20 } }
  quietly(() => groups.create(path, limits))
  try {
    await shell(0, join(groups))
  } finally {
    quietly(() => groups.remove(path))
  }
}

cleanUpFirst()
await tell({
  number: 4,
  title: 'control groups: how much a container may have',
  file: '04-cgroups.ts',
  experiments: [
    { name: 'neighbour', shows: 'one program takes what another needs', run: neighbour },
    { name: 'group', shows: 'a group, and a process that goes into it', run: makeGroup },
    { name: 'share', shows: 'each has a group, and one of them a quota', run: share },
    { name: 'memory', shows: 'a program that takes memory without end', run: memory },
    { name: 'processes', shows: 'a fork bomb', run: processes },
    { name: 'processor', shows: 'a loop that never rests', run: processor },
    { name: 'small', shows: 'a limit that Node itself would not survive', run: small },
    { name: 'freeze', shows: 'all processes of a group, stopped and started again', run: freezing },
    { name: 'devices', shows: 'root makes itself a device of the host', run: devices },
    { name: 'sight', shows: 'what a limited program believes to have', run: sight },
  ],
  shell: openShell,
})
