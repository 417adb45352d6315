// A system call as a value: a name and its arguments. Making the value makes nothing happen.
//
//   call(x)            makes it now, in this process                 call.ts
//   clone(flags, [x])  starts a new process that makes them in order  clone.ts
//   notation(x)        prints it as strace would                      trace.ts

import type { Errno } from './errno.ts'
import type { Name } from './numbers.ts'

/**
 * What an argument can be: a number; a string (passed with a NUL at its end); bytes (the kernel may write into
 * them); strings with a null pointer at their end, as `argv`; or the result of a call made earlier in the same
 * list, as a file descriptor that `openat` gives; or the place of such a result.
 */
export type Value = number | bigint | string | Uint8Array | readonly string[] | Struct | ResultPlace | Syscall

/** Where the result of an earlier call of the same list lies, eight bytes: to be written somewhere. */
export interface ResultPlace {
  readonly resultOf: Syscall
}

/** A struct of 64-bit words: numbers, and the addresses of bytes. Only the kernel of a new process can read it. */
export interface Struct {
  readonly words: readonly (number | Uint8Array)[]
}

/** An argument that says how it is to be shown: by flag names, in octal, or in words of its own. */
export interface Notated {
  readonly value: Value
  readonly show: { readonly flags: string } | { readonly one: string } | { readonly text: string } | 'octal'
}

export type Arg = Value | Notated

/** A file descriptor: a number, the call that will return it, or one with a name (`named`). */
export type Fd = number | Syscall | Notated

export interface Syscall {
  readonly name: Name
  readonly args: readonly Arg[]
  /** The errno that this call may end with, and the list still goes on: `EEXIST` for a `mkdirat`. */
  readonly allow?: Errno
  /** The smallest result that counts as success; 0 unless said. A `read` that must not meet the end says 1. */
  readonly least?: number
}

/** The value for one call; the functions of `mount.ts`, `file.ts` and the others are made of it. */
export function syscall(name: Name, ...args: Arg[]): Syscall {
  return { name, args }
}

/** The same call, but ending in `errno` is no failure. */
export function allowing(errno: Errno, call: Syscall): Syscall {
  return { ...call, allow: errno }
}

/** A number made of flags of one family, as `MS_`. */
export function flags(prefix: string, value: number): Notated {
  return { value, show: { flags: prefix } }
}

/** A number that is one of a family, as `SIG`. */
export function oneOf(prefix: string, value: number): Notated {
  return { value, show: { one: prefix } }
}

/** A file mode. */
export function octal(value: number): Notated {
  return { value, show: 'octal' }
}

/** A value that is shown by a name: a descriptor that is not open yet, or bytes with a meaning. */
export function named(text: string, value: Value = -1): Notated {
  return { value, show: { text } }
}

/** One line of the list that makes a container: the call, the chapter that explains it, and why it is made. */
export interface Step {
  readonly chapter: number
  readonly why: string
  readonly call: Syscall
}

/**
 * The steps of one chapter: `const step = stepsOf(2)`, then `step('the new root is this directory', pivot_root('.', '.'))`.
 * Further calls that belong to the same thought follow it: `step(why, a, b, c)`.
 */
export function stepsOf(chapter: number): (why: string, ...calls: Syscall[]) => Step[] {
  return (why, ...calls) => calls.map((call, i) => ({ chapter, why: i === 0 ? why : '', call }))
}

export function isSyscall(value: unknown): value is Syscall {
  return typeof value === 'object' && value !== null && 'name' in value && 'args' in value
}

/** The plain value of an argument, without its notation. */
export function plainValue(arg: Arg): Value {
  return typeof arg === 'object' && 'show' in arg ? arg.value : (arg as Value)
}

/**
 * The text itself, if it can be passed to the kernel, where a zero byte is the end: what comes after one would silently
 * be cut off, and the call would be about something else.
 * @throws Error for a text with a zero byte in it
 */
export function checkText(text: string): string {
  if (text.includes('\0')) throw new Error(`invalid argument: ${JSON.stringify(text)} has a zero byte in it`)
  return text
}
