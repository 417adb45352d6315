// System calls as text, in strace's notation, and the place where those that want to see them listen.

import { errnoMessage, errnoName } from './errno.ts'
import { constantName, flagNames } from './flags.ts'
import { type Arg, isSyscall, plainValue, type Syscall, type Value } from './syscall.ts'

/**
 * One call as strace shows it: `mount("proc", "/proc", "proc", MS_NOSUID, NULL)`.
 * @param nameOf names the results of earlier calls that this one uses
 */
export function notation(call: Syscall, nameOf: (earlier: Syscall) => string = resultName): string {
  return `${call.name}(${call.args.map((arg) => argument(arg, nameOf)).join(', ')})`
}

/** The end of a line: ` = 3`, or ` = -1 ENOENT (No such file or directory)`. */
export function resultNotation(result: number): string {
  if (result < 0 && result >= -4095) return ` = -1 ${errnoName(-result)} (${errnoMessage(-result)})`
  return ` = ${result}`
}

function argument(arg: Arg, nameOf: (earlier: Syscall) => string): string {
  const value = plainValue(arg)
  if (typeof arg === 'object' && 'show' in arg) {
    if (arg.show === 'octal') return `0${Number(value).toString(8)}`
    if ('text' in arg.show) return arg.show.text
    if ('one' in arg.show) return constantName(arg.show.one, Number(value))
    return flagNames(arg.show.flags, Number(value))
  }
  return plain(value, nameOf)
}

const longest = 160

function plain(value: Value, nameOf: (earlier: Syscall) => string): string {
  if (isSyscall(value)) return nameOf(value)
  if (typeof value === 'string') return quoted(value)
  if (value instanceof Uint8Array) return bytes(value)
  if (typeof value === 'object' && 'resultOf' in value) return `&${nameOf(value.resultOf)}`
  if (typeof value === 'object' && 'words' in value)
    return `{${value.words.map((one) => plain(one, nameOf)).join(', ')}}`
  if (typeof value === 'object') return `[${value.map(quoted).join(', ')}]`
  return String(value)
}

/** Text as text; of other bytes, only how many there are. */
function bytes(value: Uint8Array): string {
  const text = Buffer.from(value).toString('utf8').replace(/\0+$/, '')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  return text === '' || /[\0-\x08\x0e-\x1f\ufffd]/.test(text) ? `[${value.length} bytes]` : quoted(text)
}

function quoted(text: string): string {
  const escaped = JSON.stringify(text)
  return escaped.length > longest ? `${escaped.slice(0, longest)}"...` : escaped
}

function resultName(earlier: Syscall): string {
  const what = earlier.args.map(plainValue).find((v) => typeof v === 'string')
  return what === undefined ? `<${earlier.name}>` : `<${earlier.name} ${what}>`
}

/** A call that was made: by this process (`pid` 0), or by the child with that number. */
export interface Made {
  readonly pid: number
  readonly call: Syscall
  readonly result: number
}

let listener: ((made: Made) => void) | undefined

/** From now on `listen` is told of every call made; without an argument, no one is. */
export function observe(listen?: (made: Made) => void): void {
  listener = listen
}

/** Is there anyone to tell? */
export function observed(): boolean {
  return listener !== undefined
}

export function report(made: Made): void {
  listener?.(made)
}
