// The last part of the plan, and all of `exec`'s that happens inside: from a process in the container to the program in it.

import { walkCalls } from '../rootfs/walk.ts'
import { profileSteps } from '../security/apparmor.ts'
import { credentialSteps, keyringSteps } from '../security/credentials.ts'
import { labelSteps } from '../security/selinux.ts'
import * as C from '../syscall/constants.ts'
import { dup3, fchown, ioctl, umask } from '../syscall/file.ts'
import { chdir, fchdir } from '../syscall/mount.ts'
import { trying } from '../syscall/outcome.ts'
import { execve, execveat, setsid } from '../syscall/process.ts'
import { type Fd, type Step, type Syscall, stepsOf } from '../syscall/syscall.ts'
import type { Handles } from './handles.ts'
import { initArguments } from './init.ts'
import type { Process } from './spec.ts'
import { NOT_FOUND, UserError } from './user-error.ts'

const step = stepsOf(9)

/**
 * From a process in a container to the program in it.
 * @param makesDirectory make the working directory if there is none: Docker does so for a container, not for `exec`
 */
export function processSteps(
  process: Process,
  handles: Streams & Pick<Handles, 'init' | 'filter'>,
  makesDirectory: boolean,
): Step[] {
  return [
    ...sessionSteps(process, handles),
    ...directorySteps(process.cwd, makesDirectory),
    ...keyringSteps('_ses.gocker'),
    ...credentialSteps({
      ...process.user,
      capabilities: process.capabilities,
      noNewPrivileges: process.noNewPrivileges,
      deathSignal: C.SIGKILL,
      filter: handles.filter,
    }),
    ...execSteps(process, handles.init),
  ]
}

export interface Streams extends Pick<Handles, 'stdio' | 'pipes'> {
  /** They belong to the user already. */
  readonly haveOwner?: boolean
}

/** In a user namespace nobody could do so any more. @param uid who the container's user is on the host */
export function streamSteps({ stdio, pipes }: Streams, terminal: boolean, uid: number): Step[] {
  const places = terminal ? [0 as const] : pipes
  return step('they belong to its user', ...places.map((fd) => fchown(stdio[fd], uid, -1)))
}

function sessionSteps(process: Process, { stdio, pipes, haveOwner = false }: Streams): Step[] {
  return [
    ...step('a session of its own, without the terminal of whoever started it', setsid()),
    ...stdioSteps({ stdio }),
    ...(process.terminal
      ? stepsOf(11)('the terminal that its Ctrl-C comes from', ioctl(0, C.TIOCSCTTY, 0))
      : []),
    ...(!haveOwner && (process.terminal || process.user.uid !== 0)
      ? step(
          'they belong to its user',
          ...(process.terminal ? [0 as const] : pipes).map((fd) => fchown(fd, process.user.uid, -1)),
        )
      : []),
  ]
}

/** -1 leaves in place what is there. */
export function stdioSteps({ stdio }: Pick<Streams, 'stdio'>): Step[] {
  const moved = ([0, 1, 2] as const).filter((fd) => stdio[fd] !== -1)
  return step('its standard input, output and error', ...moved.map((fd) => dup3(stdio[fd], fd)))
}

/** Why the steps into the working directory are made: by this, an error is known to be one of them. */
export const intoDirectory = 'the working directory'

export function directorySteps(cwd: string, make: boolean): Step[] {
  const parts = cwd.split('/').filter((part) => part !== '')
  const { calls, directory } = walkCalls(parts, make)
  return step(intoDirectory, umask(0o022), ...calls, calls.length === 0 ? chdir('/') : fchdir(directory))
}

/** From here on it is the program; or the init, whose child becomes the program. */
function execSteps(process: Process, init: Fd | undefined): Step[] {
  if (init !== undefined)
    return step(
      'become the init, which starts the program',
      execveat(init, initArguments(process), process.env),
    )
  const calls = programCalls(process)
  if (calls.length === 1) return step('become the program', ...calls)
  return step('become the program, which may be in any directory of PATH', ...calls)
}

/**
 * execve looks nothing up: a name without a slash is tried in each directory of the container's own PATH, inside the
 * container. environ(7), execvp(3)
 */
export function programCalls({ args, env }: Process): Syscall[] {
  const program = args[0]!
  if (program.includes('/')) return [execve(program, args, env)]
  const path =
    env.find((text) => text.startsWith('PATH='))?.slice('PATH='.length) ?? '/usr/local/bin:/bin:/usr/bin'
  const places = program === '' ? [] : path.split(':').filter((directory) => directory.startsWith('/'))
  if (places.length === 0) {
    throw new UserError(
      `exec: "${program}": executable file not found in $PATH\nThe name is empty, or no directory of the container's PATH begins with /: "${path}".`,
      NOT_FOUND,
    )
  }
  return places.map((directory): Syscall => trying(execve(`${directory}/${program}`, args, env)))
}

/** What a policy of the host is to hold for the program. */
export function policySteps({ apparmorProfile, selinuxLabel }: Process, proc: Fd): Step[] {
  return [...profileSteps(apparmorProfile, proc), ...labelSteps(selinuxLabel, proc)]
}
