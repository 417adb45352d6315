// npx tsx chapters/09-gocker.ts
//
// Everything together. An image and a command line become a spec, which is data; the spec becomes a plan, which is a
// list of system calls; the list becomes a process. That is `gocker run`, and this program does what it does, one
// step after the other, with a store of its own in a temporary directory.

import { mkdtempSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hierarchy } from '../src/cgroup/hierarchy.ts'
import { accompany } from '../src/container/accompany.ts'
import { establish, writeFiles } from '../src/container/create.ts'
import { type Created, design } from '../src/container/design.ts'
import { explanation } from '../src/container/explain.ts'
import { finish } from '../src/container/finish.ts'
import { launch } from '../src/container/launch.ts'
import { thisMachine } from '../src/container/machine.ts'
import { connect } from '../src/container/network.ts'
import type { RunOptions } from '../src/container/options.ts'
import { places as placesIn } from '../src/container/places.ts'
import { plan as planOf } from '../src/container/plan.ts'
import { noStdio, type Stdio } from '../src/container/stdio.ts'
import { windowSize } from '../src/container/terminal.ts'
import { type Image, openStore } from '../src/image/store.ts'
import { makeTinyImage } from '../src/image/tiny-image.ts'
import type { Step } from '../src/syscall/syscall.ts'
import { waitNow } from '../src/syscall/wait.ts'
import { cleanUpFirst, outputOf } from './ask.ts'
import { type Narrator, tell } from './narrator.ts'
import { outlet } from './outlet.ts'

const groups = hierarchy()
const places = placesIn({ GOCKER_ROOT: mkdtempSync(join(tmpdir(), 'gocker-chapter-')) })
process.on('exit', () => rmSync(places.root, { recursive: true, force: true }))
cleanUpFirst()

/** What the command line says: gocker run --memory 64m --cpus 0.5 --pids-limit 50 --network none … */
const options: RunOptions = {
  name: 'alice',
  env: ['GREETING=hello'],
  interactive: false,
  tty: false,
  rm: true,
  memory: 64 * 2 ** 20,
  cpus: 0.5,
  pidsLimit: 50,
  readOnly: false,
  tmpfs: [],
  network: 'none',
  dns: [],
  capAdd: [],
  capDrop: ['CHOWN'],
  privileged: false,
  noNewPrivileges: true,
}

let tiny: Promise<Image> | undefined

/** The image, made when it is first wanted. */
function image(): Promise<Image> {
  tiny ??= makeTinyImage(openStore(places.root))
  return tiny
}

// #region design
/** An image and a command line become a spec. Nothing has happened yet. */
async function designed(command: readonly string[], more: Partial<RunOptions> = {}): Promise<Created> {
  return design({
    places,
    image: await image(),
    imageName: 'tiny',
    options: { ...options, ...more },
    command,
    machine: thisMachine(),
    warn: () => {},
  })
}
// #endregion design

/** What the script says in a container whose list was made in an order of ours. */
async function inOrder(script: string, order: (steps: readonly Step[]) => readonly Step[]): Promise<string> {
  const created = await designed(['sh', '-c', script], { network: 'host' })
  establish(places, created)
  const { linux, mounts } = created.spec
  groups.create(linux.cgroupsPath, linux.resources)
  // the three files in /etc are left out: they would need descriptors that the parent opens
  const spec = { ...created.spec, mounts: mounts.filter(({ type }) => type !== 'bind') }
  const { flags, steps } = planOf(spec, created.overlay, groups, {
    binds: new Map(),
    files: new Set(),
    stdio: [-1, -1, -1],
    pipes: [],
  })
  try {
    return outputOf(
      flags,
      order(steps).map(({ call }) => call),
    )
  } finally {
    finish(places, groups, created.state, undefined)
  }
}

/** The same steps; those that `wanted` names stand before the first one that is like `before`. */
function moved(
  steps: readonly Step[],
  wanted: (step: Step) => boolean,
  before: (step: Step) => boolean,
): Step[] {
  const others = steps.filter((step) => !wanted(step))
  return others.toSpliced(others.findIndex(before), 0, ...steps.filter(wanted))
}

const isCall =
  (...names: readonly string[]) =>
  ({ call: { name } }: Step) =>
    names.includes(name)

async function order({ say, host, inside, quietly }: Narrator): Promise<void> {
  const group = 'grep -m 1 gocker /proc/self/cgroup || echo "no group above its own"'
  say('One list, and a look at /proc/self/cgroup from inside:')
  inside(await quietly(() => inOrder(group, (steps) => steps)))
  say('The same calls, but the new cgroup namespace is made before the process goes into its group:')
  const early = (steps: readonly Step[]) => moved(steps, isCall('unshare'), isCall('openat'))
  const ran = await quietly(() => inOrder(group, early).then(inside, (error: Error) => error.message))
  // systemd mounts version 2 with nsdelegate: then nobody leaves the cgroup namespace that they are in. cgroups(7)
  if (ran === undefined)
    host('It runs, and nobody complains. But it can see where the host keeps its groups.')
  else host(`Here the kernel refuses, as systemd has asked it to: ${ran.split('\n')[0]}`)
  say('The same calls, but the rights are given up before anything is mounted, to be on the safe side:')
  const rights = isCall('prctl', 'setgroups', 'setresgid', 'setresuid', 'capset')
  const safe = (steps: readonly Step[]) => moved(steps, rights, isCall('mount'))
  host(await quietly(() => inOrder(group, safe).catch((error: Error) => error.message.split('\n')[0]!)))
}

async function spec({ say, host, quietly }: Narrator): Promise<void> {
  const { spec } = await quietly(() => designed(['sh', '-c', 'echo $GREETING']))
  const { process, linux, mounts } = spec
  say('An image and a command line become a spec, in the words of the OCI runtime specification:')
  host(`args          ${process.args.join(' ')}`)
  host(`env           ${process.env.join(' ')}`)
  host(
    `capabilities  ${process.capabilities.bounding?.length} of them, CAP_CHOWN ${process.capabilities.bounding?.includes('CAP_CHOWN') ? 'among' : 'not among'} them`,
  )
  host(`namespaces    ${linux.namespaces.map(({ type }) => type).join(' ')}`)
  host(`mounts        ${mounts.map(({ destination }) => destination).join(' ')}`)
  host(
    `resources     memory ${linux.resources.memory?.limit}, cpu ${linux.resources.cpu?.quota}/${linux.resources.cpu?.period}, pids ${linux.resources.pids?.limit}`,
  )
}

async function plan({ say, host, quietly }: Narrator): Promise<void> {
  const { spec, overlay } = await quietly(() => designed(['true']))
  const { parent, clone, child } = explanation(spec, overlay, groups, { mode: 'none', ports: [] })
  const all = [...parent, clone, ...child]
  say('The spec becomes a list of system calls. Each chapter has its part in it:')
  for (const chapter of new Set(all.map((step) => step.chapter).toSorted((a, b) => a - b))) {
    const [first, ...others] = all.filter((step) => step.chapter === chapter)
    const count = String(others.length + 1).padStart(3)
    host(`chapter ${chapter}: ${count} calls, as ${first!.why || first!.call.name}`)
  }
  say(`${all.length} calls in all. To read them: gocker run --explain tiny`)
}

/** The list becomes a process: what was designed is made, runs, and is taken away. */
async function run(
  created: Created,
  stdio: Stdio,
  meanwhile: (pid: number) => void = () => {},
  afterwards: () => void = () => {},
): Promise<void> {
  establish(places, created)
  groups.create(created.spec.linux.cgroupsPath, created.spec.linux.resources)
  const network = connect(places, created.state, created.spec.hostname ?? '')
  if (network.files) writeFiles(places, created.state.id, network.files)
  const launched = launch({
    spec: created.spec,
    overlay: created.overlay,
    hierarchy: groups,
    netns: network.netns,
    stdio,
    windowSize: windowSize(),
  })
  network.close()
  meanwhile(launched.pid)
  const end =
    launched.master === undefined
      ? waitNow(launched.pid)
      : await accompany(launched, stdio, { interactive: true })
  afterwards()
  finish(places, groups, created.state, end)
}

async function container({ say, host, inside, quietly }: Narrator): Promise<void> {
  say('The list becomes a process. What it says of itself, and what the host says of it:')
  const script =
    'echo "I am process $$ of $(ls -d /proc/[0-9]* | wc -l), on $(hostname), with $(grep CapEff /proc/self/status)"; ls /'
  const created = await quietly(() => designed(['sh', '-c', script]))
  await quietly(async () => {
    using output = outlet()
    const stdio: Stdio = { ...noStdio, ends: [-1, output.writing, output.writing] }
    await run(created, stdio, (pid) => {
      host(
        `process ${pid}, in ${readlinkSync(`/proc/${pid}/ns/pid`)}; ours is ${readlinkSync('/proc/self/ns/pid')}`,
      )
      inside(output.read())
    })
  })
  say(
    'It has ended, and nothing of it is left: its mounts and its network went with it, its cgroup was removed.',
  )
}

async function end({ say, host, quietly }: Narrator): Promise<void> {
  say('A shell starts two programs that would run for minutes, and ends. Nobody tells them:')
  const created = await quietly(() => designed(['sh', '-c', 'sleep 300 & sleep 300 & echo ready; sleep 0.3']))
  const count = () => groups.pids(created.spec.linux.cgroupsPath).length
  await quietly(async () => {
    using output = outlet()
    const stdio: Stdio = { ...noStdio, ends: [-1, output.writing, output.writing] }
    const look = () => host(`processes in its group while it runs: ${count()}`)
    await run(
      created,
      stdio,
      () => output.first() && look(),
      () => host(`when it has ended: ${count()}`),
    )
  })
  say('They were killed by the kernel, before we were told of the end of the shell.')
}

async function shell({ say }: Narrator): Promise<void> {
  const tty = process.stdin.isTTY
  say(tty ? 'A shell in a container, with its own terminal. `exit` leaves it.' : 'A shell in a container:')
  await run(await designed(['sh'], { tty, interactive: true }), noStdio)
}

await tell({
  number: 9,
  title: 'gocker run',
  file: '09-gocker.ts',
  experiments: [
    { name: 'order', shows: 'the same calls in another order', run: order },
    { name: 'spec', shows: 'an image and a command line become a spec', run: spec },
    { name: 'plan', shows: 'the spec becomes a list of system calls', run: plan },
    { name: 'container', shows: 'the list becomes a process', run: container },
    { name: 'end', shows: 'the first process ends, and all others with it', run: end },
  ],
  shell,
})
