// npx tsx chapters/09-gocker.ts
//
// Everything together. An image and a command line become a spec, which is data; the spec becomes a plan, which is a
// list of system calls; the list becomes a process. That is `gocker run`, and this program does what it does, one
// step after the other, with a store of its own in a temporary directory.

import { mkdtempSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hierarchy } from '../src/cgroup/hierarchy.ts'
import { accompany } from '../src/container/accompany.ts'
import { type Created, design, establish, writeFiles } from '../src/container/create.ts'
import { explanation } from '../src/container/explain.ts'
import { finish } from '../src/container/finish.ts'
import { launch } from '../src/container/launch.ts'
import { thisMachine } from '../src/container/machine.ts'
import { connect } from '../src/container/network.ts'
import type { RunOptions } from '../src/container/options.ts'
import { places as placesIn } from '../src/container/places.ts'
import { noStdio, type Stdio } from '../src/container/stdio.ts'
import { windowSize } from '../src/container/terminal.ts'
import { type Image, openStore } from '../src/image/store.ts'
import { makeTinyImage } from '../src/image/tiny-image.ts'
import { call } from '../src/syscall/call.ts'
import * as C from '../src/syscall/constants.ts'
import { close, pipe2 } from '../src/syscall/file.ts'
import { waitNow } from '../src/syscall/wait.ts'
import { cleanUpFirst } from './ask.ts'
import { type Narrator, tell } from './narrator.ts'

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
  const { parent, clone, child } = explanation(spec, overlay, groups, 'none')
  const all = [...parent, clone, ...child]
  say('The spec becomes a list of system calls. Each chapter has its part in it:')
  for (let chapter = 1; chapter <= 9; chapter++) {
    const steps = all.filter((step) => step.chapter === chapter)
    if (steps.length > 0)
      host(
        `chapter ${chapter}: ${String(steps.length).padStart(3)} calls, as ${steps[0]!.why || steps[0]!.call.name}`,
      )
  }
  say(`${all.length} calls in all. To read them: gocker run --explain tiny`)
}

/** The list becomes a process: what was designed is made, runs, and is taken away. */
async function run(created: Created, stdio: Stdio, meanwhile: (pid: number) => void): Promise<void> {
  establish(places, created)
  groups.create(created.spec.linux.cgroupsPath, created.spec.linux.resources)
  const network = connect({ network: 'none', dns: [] }, created.spec.hostname ?? '')
  writeFiles(places, created.state.id, network.files)
  const launched = launch({
    spec: created.spec,
    overlay: created.overlay,
    hierarchy: groups,
    network: network.attachment,
    stdio,
    windowSize: windowSize(),
  })
  network.attachment?.close()
  meanwhile(launched.pid)
  const end = launched.master === undefined ? waitNow(launched.pid) : await accompany(launched, stdio, true)
  finish(places, groups, created.state, end)
}

async function container({ say, host, inside, quietly }: Narrator): Promise<void> {
  say('The list becomes a process. What it says of itself, and what the host says of it:')
  const script =
    'echo "I am process $$ of $(ls -d /proc/[0-9]* | wc -l), on $(hostname), with $(grep CapEff /proc/self/status)"; ls /'
  const created = await quietly(() => designed(['sh', '-c', script]))
  await quietly(async () => {
    const ends = new Int32Array(2)
    call(pipe2(new Uint8Array(ends.buffer), C.O_CLOEXEC))
    const [reading, writing] = [ends[0]!, ends[1]!]
    const stdio: Stdio = { ...noStdio, ends: [-1, writing, writing] }
    await run(created, stdio, (pid) => {
      call(close(writing))
      host(
        `process ${pid}, in ${readlinkSync(`/proc/${pid}/ns/pid`)}; ours is ${readlinkSync('/proc/self/ns/pid')}`,
      )
      inside(readFileSync(reading, 'utf8'))
      call(close(reading))
    })
  })
  say(
    'It has ended, and nothing of it is left: its mounts and its network went with it, its cgroup was removed.',
  )
}

async function shell({ say }: Narrator): Promise<void> {
  const tty = process.stdin.isTTY
  say(tty ? 'A shell in a container, with its own terminal. `exit` leaves it.' : 'A shell in a container:')
  await run(await designed(['sh'], { tty, interactive: true }), noStdio, () => {})
}

await tell({
  number: 9,
  title: 'gocker run',
  file: '09-gocker.ts',
  experiments: [
    { name: 'spec', shows: 'an image and a command line become a spec', run: spec },
    { name: 'plan', shows: 'the spec becomes a list of system calls', run: plan },
    { name: 'container', shows: 'the list becomes a process', run: container },
  ],
  shell,
})
