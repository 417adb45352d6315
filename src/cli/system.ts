// gocker system: commands on everything at once.

import { Command } from 'commander'
import { hierarchy } from '../cgroup/hierarchy.ts'
import { places } from '../container/places.ts'
import { prune } from '../container/prune.ts'
import { humanSize } from '../container/units.ts'
import { err, out } from './print.ts'
import { needRoot } from './root.ts'

export function command(): Command {
  const system = new Command('system').description('Manage Gocker').usage('COMMAND')
  system.addCommand(
    new Command('prune')
      .description('Remove unused data')
      .usage('[OPTIONS]')
      .option('-a, --all', 'Remove all unused images not just dangling ones', false)
      .option('-f, --force', 'Do not prompt for confirmation', false)
      .action(run),
  )
  system.addCommand(
    new Command('info')
      .description('Display system-wide information')
      .usage('[OPTIONS]')
      .option('-f, --format <string>', "'json', or a template as {{.Containers}}")
      .action(async (flags: { format?: string }) => (await import('./info.ts')).info(flags)),
  )
  return system
}

interface Flags {
  readonly all: boolean
  readonly force: boolean
}

async function run({ all, force }: Flags): Promise<void> {
  needRoot()
  if (!force && !(await confirmed(all))) return
  const { containers, images, leftovers, bytes } = prune(places(), hierarchy(), { all })
  section('Deleted Containers', containers)
  section('Deleted Images', images)
  section('Cleared away', leftovers)
  out(`Total reclaimed space: ${humanSize(bytes)}`)
}

function section(title: string, lines: readonly string[]): void {
  if (lines.length > 0) out(`${title}:\n${lines.join('\n')}\n`)
}

async function confirmed(all: boolean): Promise<boolean> {
  err(
    [
      'WARNING! This will remove:',
      '  - all stopped containers',
      `  - ${all ? 'all images without at least one container associated to them' : 'all dangling images'}`,
      '  - what containers left behind whose engine was killed, and the bridge if no container uses it',
      '',
    ].join('\n'),
  )
  const { createInterface } = await import('node:readline/promises')
  const asking = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return /^y(es)?$/i.test((await asking.question('Are you sure you want to continue? [y/N] ')).trim())
  } finally {
    asking.close()
  }
}
