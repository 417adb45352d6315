import { closeSync, openSync, readSync } from 'node:fs'
import { expect, it } from 'vitest'
import { clone } from '../syscall/clone.ts'
import * as C from '../syscall/constants.ts'
import { dup3, openat, write } from '../syscall/file.ts'
import { makePipe } from '../syscall/pipe.ts'
import { execve } from '../syscall/process.ts'
import type { Syscall } from '../syscall/syscall.ts'
import { waitNow } from '../syscall/wait.ts'
import { type Policy, viaStarter } from './starter.ts'

const onLinux = process.platform === 'linux'

/** What it wrote, and how it ended. */
function run(execs: readonly Syscall[], policy?: Policy) {
  const [reading, writing] = makePipe()
  const starter = viaStarter([dup3(writing, 1), ...execs], policy)
  try {
    const pid = clone(0, starter.calls, { keep: starter.keep })
    closeSync(writing)
    starter.whenProgram(pid)
    const text = Buffer.alloc(4096)
    const size = readSync(reading, text)
    return { text: text.toString('utf8', 0, size), end: waitNow(pid) }
  } finally {
    starter.close()
    closeSync(reading)
  }
}

it.runIf(onLinux)('becomes the program, in the first place where it is', () => {
  const execs = ['/nowhere/sh', '/bin/sh', '/usr/bin/sh'].map((path) =>
    execve(path, ['sh', '-c', 'echo $$ $A'], ['A=b']),
  )
  expect(run(execs).text).toMatch(/^\d+ b\n$/)
})

it.runIf(onLinux)('hands on 0, 1 and 2, and nothing else', () => {
  const list = execve('/bin/sh', ['sh', '-c', 'cd /proc/self/fd; echo *'], [])
  // dash has its own script open in none; the 3 is of `*`
  expect(run([list]).text).toMatch(/^0 1 2( \d)?\n$/)
})

it.runIf(onLinux)('says why it could not', () => {
  expect(() => run([execve('/nowhere/x', ['x'], [])])).toThrow(/execve\("\/nowhere\/x".*ENOENT/)
  expect(() => run([execve('/etc/passwd', ['x'], []), execve('/nowhere/x', ['x'], [])])).toThrow(/EACCES/)
})

it.runIf(onLinux)('is what /proc/self/exe leads to: never the engine (CVE-2019-5736)', () => {
  const { text } = run([execve('/bin/sh', ['sh', '-c', 'readlink /proc/$$/exe'], [])])
  expect(text).not.toContain('node')
  const starter = viaStarter([execve('/proc/self/exe', ['x', '-e', '1'], [])], undefined)
  const pid = clone(0, starter.calls, { keep: starter.keep })
  starter.whenProgram(pid)
  starter.close()
  // it is the starter once more, which then has no list to end
  expect(waitNow(pid)).not.toEqual({ status: 0 })
})

it.runIf(onLinux)('sets the policy before, or does not start', () => {
  const sink = openSync('/dev/null', 'w')
  const works = { proc: sink, calls: [write(sink, 'exec profile')] }
  expect(run([execve('/bin/sh', ['sh', '-c', 'echo started'], [])], works).text).toBe('started\n')
  const fails = { proc: sink, calls: [openat(C.AT_FDCWD, '/nowhere/attr', C.O_WRONLY)] }
  expect(() => run([execve('/bin/sh', ['sh', '-c', 'echo started'], [])], fails)).toThrow(
    /policy of this host/,
  )
  closeSync(sink)
})
