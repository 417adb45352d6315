// Runs in a process of its own: makes a terminal with the learner's function, starts a shell at it with the learner's calls,
// presses keys, and reports what came of it. The shell ends with the terminal.

import { fstatSync, readFileSync, writeSync } from 'node:fs'
import { prompt, screenOf } from '../../../../chapters/screen.ts'
import * as C from '../../../../src/syscall/constants.ts'
import { report } from '../../../kit.ts'
import { openPair, takeOver } from './exercise.ts'

const pair = openPair(33, 101)
if (typeof pair?.master !== 'number' || typeof pair.slave !== 'number')
  throw new Error('openPair returns two descriptors, { master, slave }')
const closedOnExec = [pair.master, pair.slave].map((fd) => {
  const flags = /^flags:\s+(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))![1]!
  return (Number.parseInt(flags, 8) & C.O_CLOEXEC) !== 0
})

const number = fstatSync(pair.slave).rdev

using screen = screenOf(pair)
writeSync(pair.slave, 'reached\n')
const reached = arrives()

const calls = takeOver(pair.slave)
if (!Array.isArray(calls)) throw new Error('takeOver returns a list of calls')
const shell = screen.starts({ args: ['/bin/sh', '-i'], calls })
const greeting = screen.sees(prompt)
/** What the shell answers to a command of one line. */
const ask = (command: string) => {
  screen.types(`echo "<"$(${command})">"\r`)
  const answer = /<([^<>"]*)>\r?\n$/.exec(screen.sees(/<[^<>"]*>\r?\n/))![1]!
  screen.sees(prompt)
  return answer
}
const device = ask('tty')
const size = ask('stty size')
const stat = readFileSync(`/proc/${shell.pid}/stat`, 'utf8')
const [, , , session, terminal] = stat
  .slice(stat.lastIndexOf(')') + 2)
  .split(' ')
  .map(Number)
const hasTerminal = terminal === number
const status = hasTerminal ? interrupted() : 'nobody was told'

report({
  device,
  size,
  complaint: /can.t access tty|no job control|cannot set terminal/.test(greeting)
    ? greeting.split('\r\n')[0]
    : null,
  leads: session === shell.pid,
  hasTerminal,
  status,
  answers: hasTerminal && ask('echo yes') === 'yes',
  closedOnExec,
  reached,
})

function arrives(): boolean {
  try {
    return screen.sees('reached\r\n') !== ''
  } catch {
    return false
  }
}

function interrupted(): string {
  screen.types("sh -c 'echo in front; exec sleep 305'\r")
  screen.sees('in front\r\n')
  screen.types('\x03')
  screen.sees(prompt)
  screen.types('echo "<"$?">"\r')
  const status = /<(\d+)>/.exec(screen.sees(/<\d+>\r\n/))![1]!
  screen.sees(prompt)
  return status
}
