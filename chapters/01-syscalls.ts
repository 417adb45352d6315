// npx tsx chapters/01-syscalls.ts
//
// A container is a list of system calls. This chapter shows what one system call is: a value that can be printed
// before it is made, made here, or given to a new process. Nothing here needs root, and nothing stays behind.

import { readFileSync } from 'node:fs'
import { attempt, call } from '../src/syscall/call.ts'
import { listing, machineCode, record } from '../src/syscall/child-code.ts'
import { clone } from '../src/syscall/clone.ts'
import * as C from '../src/syscall/constants.ts'
import { SyscallError } from '../src/syscall/error.ts'
import { mkdirat, openat, read, write } from '../src/syscall/file.ts'
import { arch, numberOf } from '../src/syscall/numbers.ts'
import { execve, exit_group, kill, prctl, unshare } from '../src/syscall/process.ts'
import { named, type Syscall, syscall } from '../src/syscall/syscall.ts'
import { layOut } from '../src/syscall/table.ts'
import { notation, observe, resultNotation } from '../src/syscall/trace.ts'
import { wait, waitNow } from '../src/syscall/wait.ts'
import { type Narrator, tell } from './narrator.ts'

async function fork({ say, host, quietly }: Narrator): Promise<void> {
  say('Every textbook starts a process with fork: one makes the call, and two come back. Here Node makes it:')
  // the child's end is no accident that anyone should keep a core file of
  quietly(() => call(prctl(C.PR_SET_DUMPABLE, 0)))
  const pid = call(syscall('clone', named('SIGCHLD', C.SIGCHLD), 0, 0, 0, 0))
  if (pid === 0) call(exit_group(0))
  quietly(() => call(prctl(C.PR_SET_DUMPABLE, 1)))
  const late = setTimeout(() => call(kill(pid, C.SIGKILL)), 3000)
  const end = await quietly(() => wait(pid))
  clearTimeout(late)
  host(`the child ended: ${JSON.stringify(end)}`)
  say(
    'It did not come as far as its first line of JavaScript. It has not got the memory that JavaScript lives in:',
  )
  const pieces = readFileSync('/proc/self/smaps', 'latin1').match(/^VmFlags:.*$/gm) ?? []
  const missing = pieces.filter((flags) => /\bdc\b/.test(flags)).length
  host(`${missing} of ${pieces.length} pieces of memory are marked dc: "do not copy area on fork"`)
}

function value({ say, host }: Narrator): void {
  say('A program asks the kernel for something by a number and up to six arguments. Here is such a request:')
  const hello = write(1, 'Hello from the kernel\n')
  host(
    `${notation(hello)}\nname ${hello.name}, number ${numberOf(hello.name)} on ${arch}, ${hello.args.length} arguments`,
  )
  say('It is a value, and printing it made nothing happen. Now it is made:')
  call(hello)
  say('The kernel knows us by a number. Node asked for the same when it started:')
  const pid = call(syscall('getpid'))
  host(`getpid() says ${pid}, process.pid says ${process.pid}`)
}

function child({ say, host }: Narrator): void {
  say('A list of values can be given to a new process, which makes them in order. It runs no JavaScript.')
  const end = waitNow(clone(0, [write(1, 'Hello from a new process\n'), exit_group(7)]))
  host(`the process ended: ${JSON.stringify(end)}`)
  say(
    'One call of the list can use the result of another: the first gives a descriptor, the second reads from it.',
  )
  const file = openat(C.AT_FDCWD, '/proc/self/stat', C.O_RDONLY | C.O_CLOEXEC)
  waitNow(clone(0, [file, read(file, new Uint8Array(64)), exit_group(0)]))
  say('And if the last one is execve, the process becomes another program:')
  waitNow(clone(0, [execve('/bin/echo', ['echo', 'Hello from another program'], [])]))
}

function table({ say, host }: Narrator): void {
  const calls = [syscall('getpid'), exit_group(7)]
  const laidOut = layOut(calls, arch)
  const bytes = Buffer.alloc(laidOut.size)
  laidOut.writeTo(bytes, 0)
  say(`This is what the child reads: ${calls.map((x) => notation(x)).join(', ')}, as a table in memory.`)
  const parts: readonly (readonly [name: string, offset: number])[] = [
    ['number', record.number],
    ['address of argument 1', record.args],
    ['result (not made yet)', record.result],
    ['smallest good result', record.least],
    ['error that is allowed', record.allow],
  ]
  for (const [i, x] of calls.entries()) {
    const lines = parts.map(([name, offset]) => word(bytes, i * record.size + offset, name))
    host([notation(x), ...lines].join('\n'))
  }
  say(`And this is the whole program of the child, ${machineCode(arch).length} bytes for ${arch}:`)
  let at = 0
  const lines = listing[arch].map((instruction) => {
    const line = `${at.toString(16).padStart(4)}  ${instruction.bytes.padEnd(16)} ${instruction.assembly}`
    at += instruction.bytes.split(' ').length
    return line
  })
  host(lines.join('\n'))
}

function word(bytes: Buffer, offset: number, name: string): string {
  return `${offset.toString(16).padStart(4)}  ${bytes.readBigInt64LE(offset).toString().padStart(8)}  ${name}`
}

function registers({ say, host }: Narrator): void {
  say(
    'Now from the kernel’s side. Every child waits at a gate first, in read, and /proc tells what it waits in:',
  )
  const look = (pid: number) => {
    const words = waitingIn(pid)
    host(`/proc/${pid}/syscall  ${words.join(' ')}`)
    const [number, fd, buffer, length] = words
    host(
      `number ${number} is read on ${arch}; descriptor ${Number(fd)}, address ${buffer}, ${Number(length)} byte`,
    )
  }
  waitNow(clone(0, [exit_group(0)], { atGate: look }))
}

/** The call that a process waits in: its number, its six arguments, and where it stands. proc_pid_syscall(5) */
function waitingIn(pid: number): string[] {
  for (;;) {
    const words = readFileSync(`/proc/${pid}/syscall`, 'latin1').trim().split(' ')
    if (words[0] === String(numberOf('read'))) return words
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)
  }
}

function threads({ say, host }: Narrator): void {
  say('A namespace belongs to a thread, and Node is never alone:')
  host(
    `this process has ${/^Threads:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1]} threads`,
  )
  say('So the kernel refuses to move it into a user namespace of its own:')
  attempt(unshare(C.CLONE_NEWUSER))
  say('A new process has one thread. The same flag, for a child:')
  const end = messageOf(() => waitNow(clone(C.CLONE_NEWUSER, [execve('/bin/true', ['true'], [])])))
  if (end !== 'no error') host(end)
}

function error({ say, host }: Narrator): void {
  say('A call that cannot be done gives back an error number. It is never lost:')
  host(messageOf(() => call(mkdirat(C.AT_FDCWD, '/proc/alice', 0o755))))
  say('In a new process too: its results are in memory that we share, so we know which call failed, and why.')
  const calls: Syscall[] = [write(1, 'so far so good\n'), syscall('chdir', '/home/of/nobody'), exit_group(0)]
  host(messageOf(() => clone(0, calls)))
}

function messageOf(work: () => void): string {
  try {
    work()
  } catch (error) {
    if (error instanceof SyscallError) return error.message
    throw error
  }
  return 'no error'
}

function trace({ say, host, quietly }: Narrator): void {
  say('Starting a process takes more than its own calls. Here is everything, as strace would show it:')
  const lines: string[] = []
  quietly(() => {
    observe(({ pid, call: x, result }) => {
      lines.push(`${pid === 0 ? 'parent' : 'child '} ${notation(x)}${resultNotation(result)}`)
    })
    waitNow(clone(0, [execve('/bin/true', ['true'], [])]))
  })
  const signals = (line: string) => line.includes('{SIG_DFL}')
  const first = lines.findIndex(signals)
  const shown = lines.filter((line, i) => !signals(line) || i === first)
  host(shown.join('\n'))
  say(
    `Left out: ${lines.length - shown.length} more signals that Node had set and that the child sets back to default. ` +
      'The read of one byte is the gate: the child waits there until the parent has done its part.',
  )
}

await tell({
  number: 1,
  title: 'a system call is a value',
  file: '01-syscalls.ts',
  root: false,
  experiments: [
    { name: 'fork', shows: 'the problem: what becomes of a child of Node', run: fork },
    { name: 'value', shows: 'a call before it is made, and then made here', run: value },
    { name: 'child', shows: 'a list of calls, made by a new process', run: child },
    { name: 'table', shows: 'the list in memory, and the machine code that reads it', run: table },
    { name: 'registers', shows: 'what the kernel sees of a call', run: registers },
    { name: 'threads', shows: 'what a program with threads may not do, and its child may', run: threads },
    { name: 'error', shows: 'what comes back when a call fails, here and in a child', run: error },
    { name: 'trace', shows: 'all calls of the start of one process', run: trace },
  ],
})
