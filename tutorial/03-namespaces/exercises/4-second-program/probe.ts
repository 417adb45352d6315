// Runs in a process of its own: starts a container, has `enter` start programs in it, and reports where they came to be
// and what is left afterwards. The container and its programs are killed at the end.

import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { outputOf } from '../../../../chapters/ask.ts'
import { kinds, namespaceFlags } from '../../../../src/namespaces/kinds.ts'
import { attempt } from '../../../../src/syscall/call.ts'
import { clone } from '../../../../src/syscall/clone.ts'
import * as C from '../../../../src/syscall/constants.ts'
import { mount } from '../../../../src/syscall/mount.ts'
import { execve, kill, prctl, sethostname, wait4 } from '../../../../src/syscall/process.ts'
import { report } from '../../../kit.ts'
import { enter } from './exercise.ts'

const types = ['mount', 'uts', 'ipc', 'pid', 'network', 'cgroup'] as const
const namespaces = namespaceFlags(types)
const home = mkdtempSync(join(tmpdir(), 'gocker-exercise-'))

const alice = clone(namespaces, [
  mount('none', '/', '', C.MS_REC | C.MS_PRIVATE),
  mount('proc', '/proc', 'proc'),
  sethostname('alice'),
  prctl(C.PR_SET_PDEATHSIG, C.SIGKILL),
  execve('/bin/sleep', ['sleep', '30'], []),
])
process.on('exit', () => {
  end(alice)
  rmSync(home, { recursive: true, force: true })
})

function end(pid: number): void {
  attempt(kill(pid, C.SIGKILL))
  attempt(wait4(pid, new Uint8Array(4), 0))
}

/** Start a program with `enter`; what comes back has to be a child of this process. */
function started(program: ReturnType<typeof execve>): number {
  const pid = entered(program)
  const isChild = typeof pid === 'number' && parentOf(pid) === process.pid
  if (!isChild)
    throw new Error(`enter returned ${pid}, and not the number of the process that it has started`)
  return pid
}

/** A parent that goes into the container’s mounts itself no longer finds itself in /proc, and could do nothing here. */
function entered(program: ReturnType<typeof execve>): unknown {
  const gone = 'the parent itself has gone into the container; for it, CLONE_NEWPID is the only flag'
  let pid: unknown
  try {
    pid = enter(alice, namespaces, program)
  } catch (error) {
    throw existsSync('/proc/self/stat') ? error : new Error(gone)
  }
  if (!existsSync('/proc/self/stat')) throw new Error(gone)
  return pid
}

function parentOf(pid: number): number {
  try {
    return Number(/^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
  } catch {
    return Number.NaN
  }
}

/** Where does it run? It sleeps until this has been looked at. */
function placeOfSleeper() {
  const pid = started(execve('/bin/sleep', ['sleep', '20'], []))
  try {
    const link = (of: number, file: string) => readlinkSync(`/proc/${of}/ns/${file}`)
    const files = kinds.filter(({ type }) => types.some((one) => one === type))
    return files.filter(({ file }) => link(pid, file) !== link(alice, file)).map(({ type }) => type)
  } finally {
    end(pid)
  }
}

/** What does a shell see? It writes it to a file, which is there inside, too. */
function sightOfShell(): string {
  const file = join(home, 'seen')
  const look = `exec > ${file} 2>&1; echo "$(uname -n) $$"; cd /proc; echo [0-9]*; test -e self && echo itself`
  const pid = started(execve('/bin/sh', ['sh', '-c', look], ['PATH=/usr/bin:/bin']))
  attempt(wait4(pid, new Uint8Array(4), 0))
  return readFileSync(file, 'utf8')
}

const outcomeOf = (work: () => unknown) => {
  try {
    work()
    return 'no error'
  } catch (error) {
    return String(error)
  }
}
const openFiles = () => readdirSync('/proc/self/fd').length
const childOnHost = () =>
  outputOf(0, [execve('/bin/sh', ['sh', '-c', 'grep NSpid /proc/self/status'], ['PATH=/usr/bin:/bin'])])

const numbersOnHost = childOnHost().trim().split(/\s+/).length
const missing = placeOfSleeper()
const before = openFiles()
const seen = sightOfShell()
const afterwards = placeOfNextChild()
const noProgram = outcomeOf(() => enter(alice, namespaces, execve('/no/such/program', ['program'], [])))
const afterError = placeOfNextChild()
const after = openFiles()
end(alice)
const noContainer = outcomeOf(() => end(enter(alice, namespaces, execve('/bin/true', ['true'], []))))

function placeOfNextChild(): boolean {
  const own =
    readlinkSync('/proc/thread-self/ns/pid') === readlinkSync('/proc/thread-self/ns/pid_for_children')
  return own && childOnHost().trim().split(/\s+/).length === numbersOnHost
}

report({ missing, seen, afterwards, noProgram, afterError, noContainer, left: after - before })
