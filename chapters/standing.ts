// What the kernel says of a process and its terminal, for the chapter on terminals. Nothing is changed.

import { readFileSync } from 'node:fs'
import { call } from '../src/syscall/call.ts'
import * as C from '../src/syscall/constants.ts'
import { ppoll, terminalSettings } from '../src/syscall/file.ts'

/** What the kernel knows of a process and its terminal. proc_pid_stat(5), fields 5 to 8 */
export function standing(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'))
  const [, , group, session, device, front] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number)
  const terminal = device === 0 ? 'no terminal' : `terminal ${device! >> 8}:${device! & 0xff}`
  return `${name.padEnd(6)} process ${pid}, group ${group}, session ${session}, ${terminal}, in front: group ${front}`
}

/** Wait until the process has become this program. */
export function becomes(pid: number, name: string): void {
  while (readFileSync(`/proc/${pid}/comm`, 'utf8') !== `${name}\n`) call(ppoll([], 20))
}

/** The settings of a terminal that raw mode changes, in the words of stty(1): with a minus in front they are off. */
export function settings(fd: number): string {
  const termios = Buffer.alloc(36)
  call(terminalSettings(fd, C.TCGETS, termios))
  const [input, output, , local] = [0, 4, 8, 12].map((at) => termios.readUInt32LE(at))
  const word = (name: string, flags: number | undefined, bit: number) => (flags! & bit ? name : `-${name}`)
  return [
    word('icrnl', input, 0o400),
    word('opost', output, 0o1),
    word('isig', local, 0o1),
    word('icanon', local, 0o2),
    word('echo', local, 0o10),
  ].join(' ')
}
