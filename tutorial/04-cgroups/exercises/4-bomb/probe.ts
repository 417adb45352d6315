// Runs in a process of its own: makes a group with a limit that holds whatever the exercise does, starts a fork bomb that
// first makes the calls of `cage`, counts for a third of a second, and ends all of it.

import { readFileSync, writeFileSync } from 'node:fs'
import { hierarchy } from '../../../../src/cgroup/hierarchy.ts'
import { sleep } from '../../../../src/cgroup/processes.ts'
import { call } from '../../../../src/syscall/call.ts'
import { clone } from '../../../../src/syscall/clone.ts'
import { AT_FDCWD, O_CLOEXEC, O_WRONLY } from '../../../../src/syscall/constants.ts'
import { close, openat, write } from '../../../../src/syscall/file.ts'
import { execve } from '../../../../src/syscall/process.ts'
import { poll } from '../../../../src/syscall/wait.ts'
import { report } from '../../../kit.ts'
import { cage } from './exercise.ts'

const limit = 20
const safety = 60

const base = `gocker-exercise-${process.pid}`
const groups = hierarchy()
const tree = groups.mounts.find(({ version, controllers }) => version === 2 || controllers.includes('pids'))!
const above = `${tree.point}/${base}`
const read = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return undefined
  }
}
const count = (path: string) => Number(read(`${path}/pids.current`) ?? 0)
const refusals = (path: string) => Number(/^max (\d+)/m.exec(read(`${path}/pids.events`) ?? '')?.[1] ?? 0)

/** Where this process itself is, in the tree that counts processes. */
const ownGroup = () => {
  const line = groups.version === 2 ? /^0::(.*)$/m : /^\d+:[^:]*\bpids\b[^:]*:(.*)$/m
  return line.exec(readFileSync('/proc/self/cgroup', 'utf8'))?.[1] ?? '/'
}

let pid: number | undefined
let home: string | undefined
try {
  // the bomb begins in a leaf, and the group above it has the limit of last resort
  groups.create(`${base}/start`, {})
  home = ownGroup()
  const fd = call(openat(AT_FDCWD, `${above}/pids.max`, O_WRONLY | O_CLOEXEC))
  call(write(fd, String(safety)))
  call(close(fd))
  if (read(`${above}/pids.max`) !== String(safety))
    throw new Error('the check cannot hold a bomb on this host')

  const calls = cage({ above, name: 'cage', limit })
  // a list that leaves the group of last resort would let the bomb loose on the host: it stops at the first line then
  const line = groups.version === 2 ? `0::.*${base}` : `:pids:.*${base}`
  const careful = `grep -q '${line}' /proc/self/cgroup && [ "$(cat ${above}/pids.max)" -le ${safety} ] || exit 0`
  const script = `exec 2> /dev/null; ${careful}; bomb() { bomb | bomb & }; bomb; wait`
  const join = groups.joinSteps(`${base}/start`).map((step) => step.call)
  const program = execve('/bin/sh', ['sh', '-c', script], ['PATH=/usr/bin:/bin'])
  pid = clone(0, [...join, ...calls, program])

  let most = 0
  let outside = 0
  for (let i = 0; i < 60; i++) {
    most = Math.max(most, count(`${above}/cage`))
    outside = Math.max(outside, count(`${above}/start`))
    sleep(5)
  }
  report({
    limit: read(`${above}/cage/pids.max`),
    most,
    outside,
    refused: refusals(`${above}/cage`),
    isMoved: ownGroup() !== home,
  })
} finally {
  // a list that names this process takes it along: back, or it would be killed with the others
  if (home !== undefined && ownGroup() !== home)
    writeFileSync(`${tree.point}${home}/cgroup.procs`, String(process.pid))
  groups.remove(base)
  if (pid !== undefined) poll(pid)
}
