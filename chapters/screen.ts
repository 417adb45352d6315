// A person at a terminal, for the chapter on terminals: the master's end is in our hands, and so it is for us to say what is
// typed, and to look at the screen. Everything in here waits where it stands; no JavaScript runs meanwhile.

import { readSync, writeSync } from 'node:fs'
import { openTerminalIn, resize, type WindowSize } from '../src/container/terminal.ts'
import { attempt, call } from '../src/syscall/call.ts'
import { clone } from '../src/syscall/clone.ts'
import * as C from '../src/syscall/constants.ts'
import { close, dup3, ioctl, ppoll } from '../src/syscall/file.ts'
import { makePipe } from '../src/syscall/pipe.ts'
import { execve, setsid } from '../src/syscall/process.ts'
import type { Fd, Syscall } from '../src/syscall/syscall.ts'
import { type End, waitNow } from '../src/syscall/wait.ts'

/** How long to wait for what must come, in milliseconds. */
const patience = 20_000

const environment = [
  'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  'HOME=/',
  // a shell that edits its lines by itself shall do so without colours and signs
  'TERM=dumb',
  'LC_ALL=C',
  'PS1=$ ',
]

/** A shell waits for its next line; some ask the terminal first where its cursor is. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: an escape sequence
export const prompt = /[$#] (\x1b\[6n)?$/

/** What comes out of a descriptor, as somebody sees it who waits for it. */
export interface Output {
  /** Wait until this is to be seen, behind all that was waited for before. @returns what came up to its end */
  sees(wanted: string | RegExp): string
  /** All that comes until nothing has come for so many milliseconds. */
  within(milliseconds: number): string
  /** All that comes until its end. */
  rest(): string
}

/** Look at what comes out of `fd`. */
export function watch(fd: number): Output {
  let seen = ''
  const more = (milliseconds: number): 'more' | 'nothing' | 'end' => {
    if (attempt(ppoll([fd], milliseconds)) <= 0) return 'nothing'
    const bytes = Buffer.alloc(65_536)
    try {
      const length = readSync(fd, bytes)
      seen += bytes.toString('utf8', 0, length)
      return length === 0 ? 'end' : 'more'
    } catch {
      // EIO: the last program has let go of the other end
      return 'end'
    }
  }
  const take = (length = seen.length): string => {
    const taken = seen.slice(0, length)
    seen = seen.slice(length)
    return taken
  }
  const endOf = (wanted: string | RegExp): number => {
    if (typeof wanted === 'string') return seen.includes(wanted) ? seen.indexOf(wanted) + wanted.length : -1
    const match = wanted.exec(seen)
    return match ? match.index + match[0].length : -1
  }
  return {
    sees: (wanted) => {
      while (endOf(wanted) === -1)
        if (more(patience) !== 'more') throw new Error(`${wanted} did not come, but: ${JSON.stringify(seen)}`)
      return take(endOf(wanted))
    },
    within: (milliseconds) => {
      while (more(milliseconds) === 'more');
      return take()
    },
    rest: () => {
      while (more(patience) === 'more');
      return take()
    },
  }
}

export interface Screen extends Output, Disposable {
  readonly master: number
  /** The program's end. Once the program has it, `starts` has closed it here. */
  readonly slave: number
  /** Press these keys: `\r` is Enter, `\x03` is Ctrl-C. */
  types(keys: string): void
  /** Make the window so large. */
  resizes(size: WindowSize): void
  /** Start a program at this terminal. */
  starts(program: Program): Started
}

export interface Program {
  readonly args: readonly string[]
  readonly env?: readonly string[]
  readonly flags?: number
  /** What it does first; without this it makes the terminal its own. */
  readonly calls?: readonly Syscall[]
}

export interface Started {
  readonly pid: number
  readonly ended: () => End
}

/** What a program does whose terminal this shall be. */
export function atTerminal(slave: Fd): Syscall[] {
  return [setsid(), dup3(slave, 0), dup3(slave, 1), dup3(slave, 2), ioctl(0, C.TIOCSCTTY, 0)]
}

/** Sit down at a new terminal of the host. At the end of it, whoever is still started there is killed. */
export function sitDown(size: WindowSize = { rows: 24, columns: 80 }): Screen {
  return screenOf(openTerminalIn(process.pid, size))
}

/** Sit down at this one. */
export function screenOf({ master, slave }: { master: number; slave: number }): Screen {
  const output = watch(master)
  const alive = new Set<number>()
  let isHeld = true
  const letGo = () => {
    if (isHeld) call(close(slave))
    isHeld = false
  }
  return {
    ...output,
    master,
    slave,
    types: (keys) => void writeSync(master, keys),
    resizes: (size) => void call(resize(master, size)),
    starts: ({ args, env = [], flags = 0, calls = atTerminal(slave) }) => {
      const pid = clone(flags, [...calls, execve(args[0]!, args, [...environment, ...env])])
      alive.add(pid)
      return {
        pid,
        ended: () => {
          alive.delete(pid)
          return waitNow(pid)
        },
      }
    },
    rest: () => {
      letGo()
      return output.rest()
    },
    [Symbol.dispose]: () => {
      for (const pid of alive) {
        process.kill(pid, 'SIGKILL')
        waitNow(pid)
      }
      letGo()
      call(close(master))
    },
  }
}

export interface Piped extends Output, Disposable {
  types(keys: string): void
  /** No more will be typed. */
  endsInput(): void
}

/** Start a program with a pipe for its input, and one for all that it writes. */
export function startPiped(args: readonly string[]): Piped {
  const [input, output] = [makePipe(), makePipe()]
  const calls = [dup3(input[0], 0), dup3(output[1], 1), dup3(output[1], 2)]
  const pid = clone(0, [...calls, execve(args[0]!, args, environment)])
  for (const fd of [input[0], output[1]]) call(close(fd))
  let isOpen = true
  const endsInput = () => {
    if (isOpen) call(close(input[1]))
    isOpen = false
  }
  return {
    ...watch(output[0]),
    types: (keys) => void writeSync(input[1], keys),
    endsInput,
    [Symbol.dispose]: () => {
      endsInput()
      process.kill(pid, 'SIGKILL')
      waitNow(pid)
      call(close(output[0]))
    },
  }
}

/** Read so many bytes. */
export function readFully(fd: number, length: number): string {
  const bytes = Buffer.alloc(length)
  for (let done = 0; done < length; ) done += readSync(fd, bytes, done, length - done, null)
  return bytes.toString('latin1')
}

/** The process of which a shell tells us: `name=number` on the screen. */
export function told(screen: Screen, name: string): number {
  return Number(/(\d+)\r\n$/.exec(screen.sees(new RegExp(`${name}=\\d+\\r\\n`)))![1])
}

/** Bytes as they can be shown: `\r` and `\x7f` in place of what a terminal would make of them. */
export function visible(bytes: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are to be seen
  return bytes.replace(/[\x00-\x1f\x7f\\]/g, (one) => {
    const named = ({ '\r': '\\r', '\n': '\\n', '\b': '\\b', '\\': '\\\\' } as Record<string, string>)[one]
    return named ?? `\\x${one.charCodeAt(0).toString(16).padStart(2, '0')}`
  })
}
