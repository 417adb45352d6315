// Exercise 09-4: gocker top, the processes of a container as the host sees them.

import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { hierarchy } from '../../../../src/cgroup/hierarchy.ts'
import { out } from '../../../../src/cli/print.ts'
import { needRoot } from '../../../../src/cli/root.ts'
import { table } from '../../../../src/cli/table.ts'
import { find } from '../../../../src/container/named.ts'
import { places } from '../../../../src/container/places.ts'
import { status } from '../../../../src/container/state.ts'
import { UserError } from '../../../../src/container/user-error.ts'

export function command(): Command {
  return new Command('top')
    .description('Display the running processes of a container')
    .usage('CONTAINER')
    .argument('<CONTAINER>')
    .action(top)
}

function top(name: string): void {
  needRoot()
  // TODO: find the container, and refuse one that does not run.
  // TODO: who is in its cgroup? Print a table of them: table([['PID', 'CMD'], …]).
  throw new UserError('TODO: gocker top does not look into the container yet')
}

/** The command line of a process, fit for a terminal; undefined if it has ended. */
function commandLine(pid: number): string | undefined {
  // TODO: /proc/PID/cmdline has a zero byte behind each word. See proc_pid_cmdline(5).
  return undefined
}
