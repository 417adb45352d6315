// Exercise 01-2: a call and its result, as strace would write it.

/** A call that was made, and what the kernel returned. */
export interface Made {
  readonly name: string
  readonly args: readonly Value[]
  readonly result: number
}

/** A number, a text, texts, or an earlier call whose result was passed on. */
export type Value = number | string | readonly string[] | Made

const errors: Readonly<Record<number, readonly [name: string, message: string]>> = {
  1: ['EPERM', 'Operation not permitted'],
  2: ['ENOENT', 'No such file or directory'],
  9: ['EBADF', 'Bad file descriptor'],
  13: ['EACCES', 'Permission denied'],
  14: ['EFAULT', 'Bad address'],
  17: ['EEXIST', 'File exists'],
  22: ['EINVAL', 'Invalid argument'],
  38: ['ENOSYS', 'Function not implemented'],
}

/** @returns `openat(-100, "/etc/hostname", 0) = 3` */
export function lineOf({ name, args, result }: Made): string {
  return `${name}(${args.map(argument).join(', ')}) = ${outcome(result)}`
}

function argument(value: Value): string {
  if (typeof value === 'number') return String(value)
  if (typeof value === 'string') return quoted(value)
  if ('result' in value) return String(value.result)
  return `[${value.map(quoted).join(', ')}]`
}

const longest = 32

function quoted(text: string): string {
  const characters = [...text]
  const shown = characters.slice(0, longest).map(escaped).join('')
  return `"${shown}"${characters.length > longest ? '...' : ''}`
}

function escaped(character: string): string {
  if (character === '\n') return '\\n'
  if (character === '\t') return '\\t'
  if (character === '"' || character === '\\') return `\\${character}`
  const code = character.codePointAt(0)!
  return code < 32 || code === 127 ? `\\${code.toString(8)}` : character
}

function outcome(result: number): string {
  if (result >= 0 || result < -4095) return String(result)
  const [name, message] = errors[-result] ?? []
  return name === undefined ? `-1 errno ${-result}` : `-1 ${name} (${message})`
}
