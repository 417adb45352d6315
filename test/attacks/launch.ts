// A container that is changed before it starts: `run`, with a hand on the spec and on the list of calls. A protection that
// has no flag is turned off in this way, and production code knows nothing of it.
//
//     node launch.ts '{"changes": [{"attack": "…", "off": ["…"]}], "host": {…}}' FLAGS… IMAGE COMMAND…

import { closeSync, fstatSync } from 'node:fs'
import { Command } from 'commander'
import { type Hierarchy, hierarchy as mountedHierarchy } from '../../src/cgroup/hierarchy.ts'
import { addContainerFlags, type ContainerFlags, optionsOf } from '../../src/cli/container-flags.ts'
import { create } from '../../src/cli/run-container.ts'
import { accompany } from '../../src/container/accompany.ts'
import { writeFiles } from '../../src/container/create.ts'
import type { Created } from '../../src/container/design.ts'
import { finish } from '../../src/container/finish.ts'
import { bindSteps } from '../../src/container/launch.ts'
import { connect } from '../../src/container/network.ts'
import { type Places, places as placesHere } from '../../src/container/places.ts'
import { plan } from '../../src/container/plan.ts'
import { startTime } from '../../src/container/process-info.ts'
import { keptFilter } from '../../src/container/seccomp-filter.ts'
import type { Spec } from '../../src/container/spec.ts'
import { viaStarter } from '../../src/container/starter.ts'
import { saveSpec, update } from '../../src/container/state.ts'
import { prepareStdio, type Stdio } from '../../src/container/stdio.ts'
import { release } from '../../src/network/reserve.ts'
import { clone } from '../../src/syscall/clone.ts'
import { perform } from '../../src/syscall/perform.ts'
import type { Step } from '../../src/syscall/syscall.ts'
import { exitCode } from '../../src/syscall/wait.ts'
import { all } from './all.ts'
import type { Protection } from './attack.ts'
import type { Host } from './host.ts'

interface Order {
  /** Of these attacks, these protections are off. */
  readonly changes: readonly { readonly attack: string; readonly off: readonly string[] }[]
  readonly host: Host
}

const { changes, host } = JSON.parse(process.argv[2]!) as Order
const off = changes.flatMap((change) =>
  all.find(({ name }) => name === change.attack)!.stoppedBy.filter(({ layer }) => change.off.includes(layer)),
)
const protections = [...new Map(off.map((one) => [one.layer, one])).values()]

process.exitCode = await new Promise<number>((resolve, reject) => {
  const run = addContainerFlags(new Command('run').argument('<IMAGE>').argument('[COMMAND...]'))
  run.passThroughOptions().action((image: string, command: string[], flags: ContainerFlags) => {
    launchOne(image, command, flags).then(resolve, reject)
  })
  run.parse(process.argv.slice(3), { from: 'user' })
})
async function launchOne(image: string, command: readonly string[], flags: ContainerFlags): Promise<number> {
  const places = placesHere(process.env)
  const hierarchy = mountedHierarchy()
  const options = optionsOf(flags)
  const made = await create(places, { image, command, options, pull: 'missing', platform: undefined })
  const spec = protections.reduce<Spec>(
    (before, { spec: change }) => change?.(before, host) ?? before,
    made.spec,
  )
  saveSpec(places, made.state.id, spec)
  return begin(places, hierarchy, { ...made, spec }, protections)
}

async function begin(places: Places, hierarchy: Hierarchy, created: Created, without: readonly Protection[]) {
  const { spec, overlay, state } = created
  using undo = new DisposableStack()
  undo.defer(() => hierarchy.remove(spec.linux.cgroupsPath))
  hierarchy.create(spec.linux.cgroupsPath, spec.linux.resources)
  const network = connect(places, state, spec.hostname ?? '')
  undo.defer(network.abandon)
  if (network.files) writeFiles(places, state.id, network.files)
  const stdio = prepareStdio(state.options?.interactive ?? false, spec.process.user.uid)
  const change = (before: readonly Step[]) =>
    without.reduce<readonly Step[]>(
      (steps, one) => one.steps?.({ steps, spec, overlay, host }) ?? steps,
      before,
    )
  const pid = launchChanged(created, hierarchy, network.netns, stdio, change)
  stdio.started()
  network.close()
  const noted = update(places, state.id, (before) => ({
    ...before,
    pid,
    started: startTime(pid) ?? 0,
    startedAt: new Date().toISOString(),
    network: network.recorded,
  }))
  undo.move()
  const end = await accompany({ pid, master: undefined }, stdio, { interactive: state.options.interactive })
  finish(places, hierarchy, noted!, end)
  release(network.sockets)
  return exitCode(end)
}

/** As src/container/launch.ts, with a changed list. */
function launchChanged(
  { spec, overlay }: Created,
  hierarchy: Hierarchy,
  netns: number | undefined,
  stdio: Stdio,
  change: (steps: readonly Step[]) => readonly Step[],
): number {
  using opened = new DisposableStack()
  const keep = (fd: number) => {
    opened.defer(() => closeSync(fd))
    return fd
  }
  const sources = bindSteps(spec)
  const treeOf = perform(sources.steps)
  const binds = new Map([...sources.trees].map(([destination, tree]) => [destination, keep(treeOf(tree))]))
  const { seccomp } = spec.linux
  const { flags, steps } = plan(spec, overlay, hierarchy, {
    ...(seccomp ? { filter: keptFilter(seccomp) } : {}),
    ...(netns === undefined ? {} : { netns }),
    binds,
    files: new Set([...binds].filter(([, tree]) => !fstatSync(tree).isDirectory()).map(([at]) => at)),
    stdio: stdio.ends,
    pipes: stdio.pipes,
  })
  const calls = change(steps).map(({ call }) => call)
  if (protections.some(({ direct }) => direct)) return clone(flags, calls)
  const starter = viaStarter(calls, undefined)
  opened.defer(starter.close)
  const pid = clone(flags, starter.calls, { keep: starter.keep })
  starter.whenProgram(pid)
  return pid
}
