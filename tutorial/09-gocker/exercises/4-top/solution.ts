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
  const state = find(places(), name)
  if (status(state) !== 'running') throw new UserError(`container ${state.id} is not running`)
  const rows = hierarchy()
    .pids(state.cgroup)
    .flatMap((pid) => {
      const line = commandLine(pid)
      return line === undefined ? [] : [[String(pid), line]]
    })
  out(table([['PID', 'CMD'], ...rows]))
}

/** The command line of a process, fit for a terminal; undefined if it has ended. */
function commandLine(pid: number): string | undefined {
  let text: string
  try {
    text = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return undefined
  }
  const words = text.replace(/\0$/, '').split('\0')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  return words.join(' ').replaceAll(/[\x00-\x1f\x7f]/g, '?')
}
