// The rule of no internal processes (cgroups(7)): on v2, a group that hands controllers down may hold no processes
// itself. Only the top of the whole system is free of it. Inside a container the top that one sees is an ordinary
// group, and the container's own processes sit in it: then nothing can be limited until they move one level down.

import { AT_FDCWD } from '../syscall/constants.ts'
import { failedWith } from '../syscall/error.ts'
import { mkdirat } from '../syscall/file.ts'
import { perform } from '../syscall/perform.ts'
import { allowing, stepsOf } from '../syscall/syscall.ts'
import { CgroupError } from './error.ts'
import { readText } from './files.ts'
import { writing } from './limit.ts'

const step = stepsOf(4)
const leaf = 'init'

/**
 * Move all processes of the group `directory` into a group `init` below it. They stay under the same limits, and
 * nothing else changes for them.
 * @returns a sentence that says so
 * @throws CgroupError if some cannot be moved
 */
export function evacuate(directory: string): string {
  perform(step('', allowing('EEXIST', mkdirat(AT_FDCWD, `${directory}/${leaf}`, 0o755))))
  // one that forks while we are moving leaves its child behind: look again
  for (let round = 0; round < 20; round++) {
    const left =
      readText(`${directory}/cgroup.procs`)
        ?.split('\n')
        .filter((pid) => pid !== '') ?? []
    if (left.length === 0) {
      return (
        `We are inside a container, and its processes were moved from ${directory} to ${directory}/${leaf}: ` +
        'a control group that limits others may hold no processes itself (cgroups(7)).'
      )
    }
    for (const pid of left) move(pid, `${directory}/${leaf}/cgroup.procs`)
  }
  throw new CgroupError(
    `Control groups below ${directory} cannot have limits while processes are in ${directory} itself (cgroups(7), no internal processes),\n` +
      'and some of them cannot be moved: they were started from outside of this container, which shows them as 0.\n' +
      'End them, or start this container with a group of its own for them.',
  )
}

function move(pid: string, file: string): void {
  // 0 is a process that this PID namespace does not show; written, it would mean ourselves
  if (pid === '0') return
  try {
    perform(step('', ...writing(file, pid)))
  } catch (error) {
    if (!failedWith(error, 'ESRCH')) throw error
  }
}
