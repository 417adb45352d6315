// Programs in memory where the administrator allows them, wants them to be asked for, or forbids them. The setting
// vm.memfd_noexec belongs to a PID namespace, so this process starts itself once more in a new one, in which it has the
// value on the command line; what that one finds comes as one line of JSON.

import { closeSync, openSync, readSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { outputOf } from '../../chapters/ask.ts'
import { viaStarter } from '../../src/container/starter.ts'
import { privateSteps } from '../../src/rootfs/pivot-root.ts'
import { park } from '../../src/supervisor/park.ts'
import { call } from '../../src/syscall/call.ts'
import { clone } from '../../src/syscall/clone.ts'
import * as C from '../../src/syscall/constants.ts'
import { fcntl, write } from '../../src/syscall/file.ts'
import { mount } from '../../src/syscall/mount.ts'
import { arch } from '../../src/syscall/numbers.ts'
import { makePipe } from '../../src/syscall/pipe.ts'
import { execve, execveat, exit_group, kill } from '../../src/syscall/process.ts'
import { programOf } from '../../src/syscall/program.ts'
import { programFile } from '../../src/syscall/program-file.ts'
import { waitNow } from '../../src/syscall/wait.ts'

const F_GETFD = 1
const self = fileURLToPath(import.meta.url)
const value = process.argv[2]!
if (value === 'inside') await inside()
else {
  const script = `echo ${value} > /proc/sys/vm/memfd_noexec && exec "$0" "$1" inside`
  const text = outputOf(C.CLONE_NEWPID | C.CLONE_NEWNS, [
    ...privateSteps().map(({ call: x }) => x),
    mount('proc', '/proc', 'proc', C.MS_NOSUID | C.MS_NODEV | C.MS_NOEXEC),
    execve('/bin/sh', ['sh', '-c', script, process.execPath, self], [`PATH=${process.env.PATH}`]),
  ])
  process.stdout.write(text)
}

async function inside(): Promise<void> {
  const fd = openSync('/dev/null', 'r')
  let heard = false
  process.on('SIGTERM', () => {
    heard = true
  })
  const ran = run()
  const parked = ran === 'EACCES' ? stays(fd) : undefined
  call(kill(process.pid, C.SIGTERM))
  await new Promise((resolve) => setTimeout(resolve, 100))
  console.log(JSON.stringify({ ran, started: startWithPolicy(), ...(parked && { ...parked, heard }) }))
  closeSync(fd)
}

/** The exit code of a program in memory, or why there is none. */
function run(): unknown {
  try {
    const file = programFile('seven', programOf([exit_group(7)], arch))
    const pid = clone(0, [execveat(file, ['seven'], [])])
    closeSync(file)
    return waitNow(pid)
  } catch (error) {
    return (error as { code?: string }).code ?? String(error)
  }
}

/** What a new container’s process writes for its policy, and how its program ends. */
function startWithPolicy() {
  const [reading, writing] = makePipe()
  const program = execve('/bin/sh', ['sh', '-c', 'exit 5'], [])
  const starter = viaStarter([program], { proc: writing, calls: [write(writing, 'policy')] })
  const pid = clone(0, starter.calls, { keep: starter.keep })
  starter.whenProgram(pid)
  starter.close()
  const text = Buffer.alloc(100)
  closeSync(writing)
  return { policy: text.toString('utf8', 0, readSync(reading, text)), ...waitNow(pid) }
}

/** It would be another program now, if it could. */
function stays(fd: number) {
  park({ wakers: [fd], kept: [], next: ['/bin/true', 'true'], env: [], title: 'never seen' })
  return { closesOnExec: call(fcntl(fd, F_GETFD, 0)) === C.FD_CLOEXEC }
}
