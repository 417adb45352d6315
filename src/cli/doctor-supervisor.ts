// The doctor, chapter 10: what a supervisor that waits, and the process 1 of `--init`, are made of.

import { type Check, type Finding, good, type Host, onLinux, weak } from './doctor-check.ts'

export const supervisorChecks: readonly Check[] = [
  { chapter: 10, name: 'programs in memory', check: onLinux((host) => programsInMemory(host)) },
]

/** With the value 1 they have to be asked for, and they are. Documentation/admin-guide/sysctl/vm.rst */
export function programsInMemory({ read }: Pick<Host, 'read'>): Finding {
  if (read('/proc/sys/vm/memfd_noexec') !== '2') return good('may be executed')
  return weak(
    'may not be executed: vm.memfd_noexec is 2',
    'Supervisors need 14 MB each instead of 12 KB, and exec and --init do not work. sysctl vm.memfd_noexec=1 is enough',
  )
}
