// Raw mode: our terminal hands on every key as it is pressed, and every byte as it is written, because there is
// another terminal behind it, the container's, that does all the rest. What cfmakeraw(3) does; Node's own raw mode
// still turns each line feed into two characters, which spoils the screens of editors.

import { attempt } from '../syscall/call.ts'
import * as C from '../syscall/constants.ts'
import { terminalSettings } from '../syscall/file.ts'

/** struct termios of the kernel, asm-generic/termbits.h: four words of flags, one byte, 19 special characters. */
const size = 36
const inputFlags = 0
const outputFlags = 4
const controlFlags = 8
const localFlags = 12
const characters = 17
const VTIME = 5
const VMIN = 6

// IGNBRK BRKINT PARMRK ISTRIP INLCR IGNCR ICRNL IXON
const translatingInput = 0o1 | 0o2 | 0o10 | 0o40 | 0o100 | 0o200 | 0o400 | 0o2000
// OPOST
const translatingOutput = 0o1
// CSIZE PARENB, and CS8
const lessThanEightBits = 0o60 | 0o400
const eightBits = 0o60
// ISIG ICANON ECHO ECHONL IEXTEN
const lineEditing = 0o1 | 0o2 | 0o10 | 0o100 | 0o100000

/**
 * Put the terminal `fd` into raw mode.
 * @returns a function that gives it back all the settings that it had; nothing happens where `fd` is no terminal
 */
export function makeRaw(fd: number): () => void {
  const before = Buffer.alloc(size)
  if (attempt(terminalSettings(fd, C.TCGETS, before)) < 0) return () => {}
  attempt(terminalSettings(fd, C.TCSETSW, rawFrom(before)))
  return () => void attempt(terminalSettings(fd, C.TCSETSW, before))
}

/** The same settings, but raw. */
export function rawFrom(settings: Buffer): Buffer {
  const raw = Buffer.from(settings)
  const change = (at: number, without: number, and = 0) =>
    raw.writeUInt32LE(((raw.readUInt32LE(at) & ~without) | and) >>> 0, at)
  change(inputFlags, translatingInput)
  change(outputFlags, translatingOutput)
  change(controlFlags, lessThanEightBits, eightBits)
  change(localFlags, lineEditing)
  // a read gives what there is, but at least one character, however long that takes
  raw[characters + VMIN] = 1
  raw[characters + VTIME] = 0
  return raw
}
