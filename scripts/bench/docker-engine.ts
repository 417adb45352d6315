// Docker's engine: the one of this machine if it runs, or one for the measurement alone. That one is in a network and a mount
// namespace of its own, so the links, rules, settings and mounts of this machine are not touched; what it writes to
// /etc, /opt and /run lies in the workplace, in overlays. It ends with the workplace, and its control groups go with it.

import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { cgroupMounts } from '../../src/cgroup/mounts.ts'
import { ask } from '../../src/network/conversation.ts'
import { makeNamespace } from '../../src/network/namespace.ts'
import { loopback, setUp } from '../../src/network/route.ts'
import { attempt } from '../../src/syscall/call.ts'
import { clone } from '../../src/syscall/clone.ts'
import * as C from '../../src/syscall/constants.ts'
import { dup3 } from '../../src/syscall/file.ts'
import { mount } from '../../src/syscall/mount.ts'
import { execve, kill, prctl, setns, setsid } from '../../src/syscall/process.ts'
import { poll, waitNow } from '../../src/syscall/wait.ts'
import { type Command, which } from './measure.ts'
import { run, type Workplace } from './workplace.ts'

export interface DockerEngine {
  readonly docker: (...args: readonly string[]) => Command
  /** The same command, where this engine's networks are. */
  readonly inside: (command: Command) => Command
  /** Is it the machine's own, which has its networks where everything else is? */
  readonly isOurs: boolean
}

/** In milliseconds. */
const patience = 30_000
const cgroup = `/gocker-bench-${process.pid}`

/** @returns an engine, or why there is none */
export async function dockerEngine(workplace: Workplace): Promise<DockerEngine | string> {
  const program = which('docker')
  if (!program) return 'not installed'
  const usual = (...args: readonly string[]): Command => ({ program, args })
  if (run(usual('info')) !== undefined) return { docker: usual, inside: (command) => command, isOurs: false }
  const [engine, nsenter] = [which('dockerd'), which('nsenter')]
  if (!engine || !nsenter) return 'its engine does not run'
  const folder = join(workplace.folder, 'docker')
  mkdirSync(folder)
  const socket = `unix://${folder}/docker.sock`
  const pid = start(engine, folder, socket)
  let hasEnded = false
  workplace.defer(() => hasEnded || end(pid))
  const docker = (...args: readonly string[]): Command => ({ program, args, env: { DOCKER_HOST: socket } })
  for (const deadline = Date.now() + patience; run(docker('info')) === undefined; await setTimeout(200)) {
    hasEnded = poll(pid) !== undefined
    if (Date.now() < deadline && !hasEnded) continue
    return `its engine does not start: ${lastLine(join(folder, 'log'))}`
  }
  const inside = ({ program, args, env }: Command): Command => ({
    program: nsenter,
    args: [`--net=/proc/${pid}/ns/net`, program, ...args],
    env,
  })
  return { docker, inside, isOurs: true }
}

function start(program: string, folder: string, socket: string): number {
  const { netns, socket: line } = makeNamespace()
  const [nothing, log] = [openSync('/dev/null', 'r'), openSync(join(folder, 'log'), 'w')]
  const argv = [
    ...['dockerd', '--host', socket, '--data-root', join(folder, 'data'), '--exec-root', join(folder, 'run')],
    ...['--pidfile', join(folder, 'pid'), '--cgroup-parent', cgroup],
    ...['--exec-opt', 'native.cgroupdriver=cgroupfs'],
  ]
  try {
    ask(line, { why: '', messages: [setUp(loopback, 'lo')] })
    return clone(C.CLONE_NEWNS, [
      // a Ctrl-C is for us, and we end it in good order
      setsid(),
      prctl(C.PR_SET_PDEATHSIG, C.SIGTERM),
      setns(netns, C.CLONE_NEWNET),
      mount('none', '/', 'none', C.MS_REC | C.MS_PRIVATE),
      ...['/etc', '/opt', '/run'].filter(existsSync).map((place) => covered(place, folder)),
      dup3(nothing, 0),
      dup3(log, 1),
      dup3(log, 2),
      execve(program, argv, [`PATH=${process.env.PATH}`]),
    ])
  } finally {
    for (const fd of [netns, line, nothing, log]) closeSync(fd)
  }
}

/** A place of the machine in which whatever is written lands in the folder. */
function covered(place: string, folder: string) {
  const [upper, work] = ['upper', 'work'].map((name) => join(folder, name + place.replaceAll('/', '-')))
  for (const made of [upper!, work!]) mkdirSync(made)
  return mount('overlay', place, 'overlay', 0, `lowerdir=${place},upperdir=${upper},workdir=${work}`)
}

/** Its containers end with it. */
function end(pid: number): void {
  attempt(kill(pid, C.SIGTERM))
  waitNow(pid)
  for (const { point } of cgroupMounts()) removeGroups(point + cgroup)
}

function removeGroups(group: string): void {
  if (!existsSync(group)) return
  for (const entry of readdirSync(group, { withFileTypes: true }))
    if (entry.isDirectory()) removeGroups(join(group, entry.name))
  rmdirSync(group)
}

function lastLine(log: string): string {
  return readFileSync(log, 'utf8').trim().split('\n').at(-1) ?? ''
}
