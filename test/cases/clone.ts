// What clone() does, one case per name on the command line; each prints what it found as one line of JSON.
// The cases run in a process of their own: they fork, send signals and enter namespaces.

import { spawn } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { attempt, call } from '../../src/syscall/call.ts'
import { clone } from '../../src/syscall/clone.ts'
import * as C from '../../src/syscall/constants.ts'
import { SyscallError } from '../../src/syscall/error.ts'
import { close, dup3, mkdirat, openat, read, write } from '../../src/syscall/file.ts'
import { chdir } from '../../src/syscall/mount.ts'
import { trying } from '../../src/syscall/outcome.ts'
import { makePipe } from '../../src/syscall/pipe.ts'
import { execve, exit_group, kill, setresgid, setresuid, wait4 } from '../../src/syscall/process.ts'
import { allowing, type Syscall, syscall } from '../../src/syscall/syscall.ts'
import { observe } from '../../src/syscall/trace.ts'
import { exitCode, wait, waitNow } from '../../src/syscall/wait.ts'

const shell = (script: string) =>
  execve('/bin/sh', ['sh', '-c', script], ['PATH=/usr/sbin:/usr/bin:/sbin:/bin'])

/** What a child prints on its output 1. */
function outputOf(
  flags: number,
  calls: readonly Syscall[],
  atGate: (pid: number) => void = () => {},
): string {
  const [reading, writing] = makePipe()
  const pid = clone(flags, [dup3(writing, 1), ...calls], { atGate })
  call(close(writing))
  const text = readFileSync(reading, 'utf8')
  call(close(reading))
  waitNow(pid)
  return text
}

function failure(work: () => void) {
  try {
    work()
  } catch (error) {
    if (!(error instanceof SyscallError)) return { message: String(error) }
    return { name: error.call.name, code: error.code, message: error.message }
  }
  return 'no error'
}

/** wait4 for any child: none is left when it says ECHILD. */
const childrenLeft = () => attempt(wait4(-1, new Uint8Array(4), C.WNOHANG)) !== -10

const cases: Readonly<Record<string, () => unknown>> = {
  results() {
    const made: [string, number][] = []
    observe(({ pid, call: x, result }) => {
      if (pid !== 0) made.push([x.name, result])
    })
    const file = openat(C.AT_FDCWD, '/proc/self/stat', C.O_RDONLY | C.O_CLOEXEC)
    const pid = clone(0, [
      syscall('getppid'),
      syscall('getpid'),
      file,
      read(file, new Uint8Array(5)),
      close(file),
      exit_group(0),
    ])
    observe()
    waitNow(pid)
    const results = Object.fromEntries(made.slice(made.findIndex(([name]) => name === 'getppid')))
    return { results, pid, parent: process.pid }
  },

  failing() {
    const calls = [syscall('getpid'), chdir('/nowhere/at/all'), shell('echo never')]
    return { failure: failure(() => clone(0, calls)), childrenLeft: childrenLeft() }
  },

  allowed() {
    const pid = clone(0, [allowing('EEXIST', mkdirat(C.AT_FDCWD, '/tmp', 0o755)), exit_group(4)])
    const other = failure(() =>
      clone(0, [allowing('ENOENT', mkdirat(C.AT_FDCWD, '/tmp', 0o755)), exit_group(4)]),
    )
    return { code: exitCode(waitNow(pid)), other }
  },

  endOfFile() {
    const empty = openat(C.AT_FDCWD, '/dev/null', C.O_RDONLY)
    return failure(() => clone(0, [empty, read(empty, new Uint8Array(1), 1), exit_group(0)]))
  },

  program() {
    // a descriptor that someone forgot to mark, as in CVE-2024-21626, and a signal that is ignored
    call(openat(C.AT_FDCWD, '/etc', C.O_RDONLY | C.O_DIRECTORY))
    process.on('SIGUSR1', () => {})
    const status = outputOf(0, [
      shell('cat /proc/self/status | grep -E "^Sig(Blk|Ign|Cgt)"; ls /proc/self/fd | wc -l'),
    ])
    return status.trim().split(/\s+/)
  },

  search() {
    const places = (...paths: string[]) => paths.map((path) => trying(execve(path, ['true'], [])))
    return {
      found: exitCode(waitNow(clone(0, places('/nowhere/true', '/bin/true')))),
      missing: failure(() => clone(0, places('/nowhere/true', '/etc/passwd/true'))),
      forbidden: failure(() => clone(0, places('/nowhere/true', '/etc/passwd', '/nowhere/else'))),
      childrenLeft: childrenLeft(),
    }
  },

  endings() {
    const ends = [
      clone(0, [exit_group(0)]),
      clone(0, [exit_group(255)]),
      clone(0, [shell('exit 3')]),
      clone(0, [shell('kill -TERM $$')]),
      // without execve and exit, the end of the list is the end of the process
      clone(0, [syscall('getpid')]),
    ]
    return ends.map((pid) => exitCode(waitNow(pid)))
  },

  nobody() {
    const pid = clone(0, [exit_group(0)])
    waitNow(pid)
    try {
      return waitNow(pid)
    } catch (error) {
      return (error as Error).message
    }
  },

  async waiting() {
    let turns = 0
    const clock = setInterval(() => turns++, 5)
    const pids = [30, 60, 90].map((ms) => clone(0, [shell(`sleep 0.0${ms}; exit ${ms}`)]))
    const codes = (await Promise.all(pids.map(wait))).map(exitCode)
    clearInterval(clock)
    // one that has ended long before anyone asks
    const early = clone(0, [exit_group(9)])
    while (!/^State:\s+Z/m.test(readFileSync(`/proc/${early}/status`, 'utf8')));
    return { codes, othersRan: turns > 0, early: exitCode(await wait(early)), childrenLeft: childrenLeft() }
  },

  gate() {
    const seen: string[] = []
    const text = outputOf(
      C.CLONE_NEWUSER,
      [setresgid(0), setresuid(0), shell('id -u; cat /proc/self/uid_map')],
      (pid) => {
        const { geteuid, getegid } = process as Required<Pick<NodeJS.Process, 'geteuid' | 'getegid'>>
        writeFileSync(`/proc/${pid}/setgroups`, 'deny')
        writeFileSync(`/proc/${pid}/uid_map`, `0 ${geteuid()} 1`)
        writeFileSync(`/proc/${pid}/gid_map`, `0 ${getegid()} 1`)
        seen.push(readFileSync(`/proc/${pid}/wchan`, 'utf8'))
      },
    )
    return { words: text.trim().split(/\s+/), euid: process.geteuid?.() }
  },

  gateThrows() {
    const message = failure(() => {
      clone(0, [write(1, 'the child went on\n'), exit_group(0)], {
        atGate: () => {
          throw new Error('the maps cannot be written')
        },
      })
    })
    return { message, childrenLeft: childrenLeft() }
  },

  gateOrphan() {
    // the parent dies before it opens the gate: the child must not go on
    clone(0, [write(1, 'the child went on\n'), shell('echo the child became a program; sleep 60')], {
      atGate: (pid) => {
        process.stdout.write(`${JSON.stringify({ pid })}\n`)
        call(kill(process.pid, C.SIGKILL))
      },
    })
  },

  lateOrphan() {
    // the parent dies while the child is at work, which has not yet asked to die with it
    const [reading, writing] = makePipe()
    // holds the pipe open until the parent is long gone
    spawn('sleep', ['0.5'], { stdio: ['ignore', 'ignore', 'ignore', writing] })
    call(close(writing))
    clone(0, [
      kill(process.pid, C.SIGKILL),
      read(reading, new Uint8Array(1)),
      write(1, 'the child went on\n'),
      shell('echo it became a program'),
    ])
  },

  pressure() {
    const open = () => readdirSync('/proc/self/fd').length
    waitNow(clone(0, [exit_group(0)]))
    const before = open()
    let garbage: unknown[] = []
    let right = 0
    for (let i = 0; i < 200; i++) {
      garbage = Array.from({ length: 5000 }, (_, n) => ({ n, text: `${i}-${n}` }))
      const pid = clone(0, [syscall('getpid'), exit_group(garbage.length % 7)])
      if (exitCode(waitNow(pid)) === 5000 % 7) right++
    }
    return { right, leftOpen: open() - before }
  },
}

const chosen = cases[process.argv[2] ?? '']
if (!chosen) throw new Error(`one of: ${Object.keys(cases).join(', ')}`)
console.log(JSON.stringify(await chosen()))
