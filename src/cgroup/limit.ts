// One limit: a file of a control group, what is written into it, and how it must read afterwards.

import { AT_FDCWD, O_CLOEXEC, O_WRONLY } from '../syscall/constants.ts'
import { errnoMessage } from '../syscall/errno.ts'
import { SyscallError } from '../syscall/error.ts'
import { close, openat, write } from '../syscall/file.ts'
import { perform } from '../syscall/perform.ts'
import { type Step, type Syscall, stepsOf } from '../syscall/syscall.ts'
import { CgroupError } from './error.ts'
import { readText } from './files.ts'

const step = stepsOf(4)

export interface Limit {
  readonly file: string
  readonly value: string
  /** What it is for, as `--explain` says it. */
  readonly why: string
  /** What was asked for, as an error names it: `a limit of 64 processes`. */
  readonly asked: string
  /** Is this content of the file the limit that was asked for? */
  readonly kept: (content: string) => boolean
  /** The warning to give if this host has no such file; without it, that is an error. */
  readonly wish?: string
}

/** The calls that write `values` one by one into a file of a group: each write(2) is one setting. */
export function writing(file: string, ...values: readonly string[]): Syscall[] {
  const fd = openat(AT_FDCWD, file, O_WRONLY | O_CLOEXEC)
  return [fd, ...values.map((value) => write(fd, value)), close(fd)]
}

export function limitSteps({ why, file, value }: Limit): Step[] {
  return step(why, ...writing(file, value))
}

/**
 * Write the limits. One may be refused only because another still has its old value (v1: memory is never above memory
 * and swap, so which goes first depends on the direction): what is refused is tried again after the others.
 * @returns warnings: the wishes that this host cannot fulfil
 * @throws CgroupError for a limit that it cannot set
 */
export function setLimits(limits: readonly Limit[]): string[] {
  const warnings: string[] = []
  const refused = limits.filter((limit) => {
    const error = tried(limit)
    if (error?.code === 'ENOENT' && limit.wish !== undefined) warnings.push(limit.wish)
    else return error !== undefined
    return false
  })
  for (const limit of refused) {
    const error = tried(limit)
    if (error) throw explained(limit, error)
  }
  return warnings
}

function tried(limit: Limit): SyscallError | undefined {
  try {
    perform(limitSteps(limit))
    return undefined
  } catch (error) {
    if (error instanceof SyscallError) return error
    throw error
  }
}

function explained({ asked, file, value }: Limit, cause: SyscallError): CgroupError {
  const came = `${cause.code}: ${errnoMessage(cause.errno)}`
  return new CgroupError(
    `Cannot set ${asked}: writing ${value} into ${file} gave ${came}${reason(file, cause.code)}`,
    { cause },
  )
}

/**
 * Ask the kernel whether it kept the limit: some files accept a value and hold another.
 * @throws CgroupError if not
 */
export function checkLimit(limit: Limit): void {
  const content = readText(limit.file)
  // a wish that could not be fulfilled has no file
  if (content === undefined && limit.wish !== undefined) return
  if (content !== undefined && limit.kept(content)) return
  throw new CgroupError(
    `Cannot set ${limit.asked}: the kernel took ${limit.value} for ${limit.file} and keeps ${content ?? 'nothing'}.\n` +
      'A limit that does not hold would be worse than none, so nothing is started.',
  )
}

function reason(file: string, code: string): string {
  const controller = file.slice(file.lastIndexOf('/') + 1).split('.')[0]!
  if (code === 'ENOENT') return `\n${missing(controller)}`
  if (code === 'EROFS' || code === 'EACCES') return `\n${readOnly}`
  if (code === 'EBUSY') return '\nMore than that is in use already.'
  if (code !== 'EINVAL') return ''
  if (controller !== 'cpu') return '\nThe kernel does not take this value.'
  return '\nA quota is at least 1,000 microseconds, a period 1,000 to 1,000,000, and no group gets more than the one above it.'
}

/** Why a controller is not there, as far as its name tells. */
export function missing(controller: string): string {
  const why = `This host offers no controller "${controller}" for control groups here.`
  if (controller !== 'memory')
    return `${why}\nSee /sys/fs/cgroup/cgroup.controllers, or what is mounted there.`
  return `${why}\nSome systems start with it switched off: add cgroup_enable=memory to the kernel's command line.`
}

export const readOnly =
  'The control groups are mounted read-only: we are probably inside a container ourselves.\n' +
  'Use a virtual machine, or a container started with --privileged.'

/** Memory is counted in pages: a limit is rounded down to a whole one (of at most 64 KiB). */
export function keptBytes(asked: number, content: string): boolean {
  if (asked < 0) return content === 'max' || Number(content) > 2 ** 62
  const rest = asked - Number(content)
  return rest >= 0 && rest < 65_536
}

/** Bytes for people, exact: 67108864 is `64 MiB`, 1000 is `1000 bytes`. */
export function bytes(count: number): string {
  const unit = [['GiB', 2 ** 30] as const, ['MiB', 2 ** 20] as const, ['KiB', 2 ** 10] as const].find(
    ([, size]) => count >= size && count % size === 0,
  )
  return unit ? `${count / unit[1]} ${unit[0]}` : `${count} ${count === 1 ? 'byte' : 'bytes'}`
}
