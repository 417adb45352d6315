// Signals that reach us are meant for the container. signal(7)

import { constants } from 'node:os'
import { attempt } from '../syscall/call.ts'
import * as C from '../syscall/constants.ts'
import { close } from '../syscall/file.ts'
import { pidfd_open, pidfd_send_signal } from '../syscall/process.ts'

/** Those that people and programs send on purpose; the others speak of us, or of a broken program. */
const forwarded = [
  'SIGHUP',
  'SIGINT',
  'SIGQUIT',
  'SIGTERM',
  'SIGUSR1',
  'SIGUSR2',
  'SIGALRM',
  'SIGCONT',
] as const

const patience = 3

/**
 * Send the signals that we get on to the process `pid`, until `stop` is called. A process 1 that set up no handler
 * does not feel SIGINT or SIGTERM (pid_namespaces(7)); at the third of them it is killed, and `impatient` is called.
 */
export function forwardSignals(pid: number, impatient: () => void): { stop: () => void } {
  const pidfd = attempt(pidfd_open(pid))
  let asked = 0
  const forward = (name: NodeJS.Signals) => {
    const wantsEnd = name === 'SIGINT' || name === 'SIGTERM'
    if (wantsEnd) asked++
    if (wantsEnd && asked === patience) impatient()
    attempt(pidfd_send_signal(pidfd, wantsEnd && asked >= patience ? C.SIGKILL : constants.signals[name]))
  }
  for (const name of forwarded) process.on(name, forward)
  return {
    stop: () => {
      for (const name of forwarded) process.off(name, forward)
      attempt(close(pidfd))
    },
  }
}
