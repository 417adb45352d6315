// Runs in processes of its own. The probe starts a supervisor, which starts a child and takes a nap; the probe looks at it
// from outside, wakes it, and reports what it has become and what that one says.

import { spawn } from 'node:child_process'
import { openSync, readdirSync, readFileSync, readlinkSync, readSync, writeSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { attempt, call } from '../../../../src/syscall/call.ts'
import { clone } from '../../../../src/syscall/clone.ts'
import * as C from '../../../../src/syscall/constants.ts'
import { fcntl } from '../../../../src/syscall/file.ts'
import { arch } from '../../../../src/syscall/numbers.ts'
import { execve, kill, prctl } from '../../../../src/syscall/process.ts'
import { programOf } from '../../../../src/syscall/program.ts'
import { become, programFile } from '../../../../src/syscall/program-file.ts'
import { report } from '../../../kit.ts'
import { before, waiting } from './exercise.ts'

const self = fileURLToPath(import.meta.url)
const [role, ...words] = process.argv.slice(2)
if (role === 'supervisor') supervise()
else if (role === 'awake') awake(words.map(Number))
else await probe()

function supervise(): void {
  const [waker, out] = [call(fcntl(0, C.F_DUPFD_CLOEXEC, 20)), call(fcntl(1, C.F_DUPFD_CLOEXEC, 30))]
  const secret = call(fcntl(openSync('/dev/null', 'r'), C.F_DUPFD_CLOEXEC, 40))
  const child = clone(0, [prctl(C.PR_SET_PDEATHSIG, C.SIGKILL), execve('/bin/sleep', ['sleep', '300'], [])])
  const nap = {
    wakers: [waker],
    kept: [out],
    next: [process.execPath, self, 'awake', ...[waker, out, child].map(String)],
    env: [`PATH=${process.env.PATH}`],
  }
  const [calls, list] = [before(nap), waiting(nap)]
  if (!Array.isArray(calls) || !Array.isArray(list))
    throw new Error('before() and waiting() return lists of calls')
  if (list.at(-1)?.name !== 'execve')
    throw new Error('the last call of waiting() should be execve: behind it there is no program any more')
  const file = programFile('nap', programOf(list, arch))
  for (const one of calls) call(one)
  // for errors, which are the learner's to see
  call(fcntl(2, C.F_SETFD, 0))
  writeSync(out, `${JSON.stringify({ child, secret })}\n`)
  become(file, 'nap')
}

function awake([waker, out, child]: readonly number[]): void {
  const bytes = Buffer.alloc(64)
  const heard = open('wakers', () => bytes.toString('utf8', 0, readSync(waker!, bytes)))
  const said = `${JSON.stringify({ pid: process.pid, heard, parent: parentOf(child!) })}\n`
  open('kept', () => writeSync(out!, said))
}

function open<T>(which: string, use: () => T): T {
  try {
    return use()
  } catch (error) {
    throw new Error(
      `Node is back, but a descriptor of ${which} is not open any more: ${(error as Error).message}`,
    )
  }
}

function parentOf(pid: number): number {
  return Number(/^PPid:\s*(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
}

async function probe(): Promise<void> {
  const supervisor = spawn(process.execPath, [self, 'supervisor'], { stdio: ['pipe', 'pipe', 'pipe'] })
  const pid = supervisor.pid!
  let [out, errors] = ['', '']
  let end: string | undefined
  supervisor.stdout.on('data', (bytes) => {
    out += bytes
  })
  supervisor.stderr.on('data', (bytes) => {
    errors += bytes
  })
  supervisor.stdin.on('error', () => {})
  supervisor.once('close', (code, signal) => {
    end = code === null ? `was killed by ${signal}` : `has ended with the status ${code}`
  })
  const until = async (what: string, look: () => boolean) => {
    for (let tries = 0; tries < 1000; tries++) {
      if (look()) return
      if (end !== undefined) {
        process.stderr.write(errors)
        throw new Error(`The supervisor ${end}, before ${what}`)
      }
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    throw new Error(`10 seconds, and still not: ${what}`)
  }
  // what the learner prints comes the same way
  const lines = () => out.split('\n').slice(0, -1)
  const facts = () => lines().filter(isFact)
  try {
    await until('it slept', () => exeOf(pid).includes('memfd:nap'))
    await until('it had a child', () => facts().length > 0)
    const { child, secret } = JSON.parse(facts()[0]!) as { child: number; secret: number }
    await new Promise((resolve) => setTimeout(resolve, 200))
    if (end !== undefined) throw new Error(`The program that waits ${end}, and there was nothing to read`)
    const asleep = {
      program: exeOf(pid),
      kilobytes: privateKilobytes(pid),
      parent: parentOf(child) === pid,
      secret: readdirSync(`/proc/${pid}/fd`).includes(String(secret)),
    }
    supervisor.stdin.write('hello')
    await until('it said what it had heard', () => facts().length > 1)
    const said = JSON.parse(facts()[1]!)
    report({ asleep, awake: { pid: said.pid === pid, parent: said.parent === pid, heard: said.heard } })
  } finally {
    for (const line of lines()) if (!isFact(line)) console.log(line)
    attempt(kill(pid, C.SIGKILL))
  }
}

function isFact(line: string): boolean {
  return line.startsWith('{"')
}

function exeOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/exe`)
  } catch {
    // it has ended; how, is known in a moment
    return ''
  }
}

function privateKilobytes(pid: number): number {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  return [...text.matchAll(/^Private_(?:Clean|Dirty): +(\d+) kB$/gm)].reduce(
    (sum, [, n]) => sum + Number(n),
    0,
  )
}
