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
export function lineOf(made: Made): string {
  // TODO: the name, the arguments each in its notation, and the result.
  throw new Error('TODO: lineOf does not write anything yet')
}
