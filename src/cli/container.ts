// gocker container: all that can be done with containers, under one roof. Most are commands of their own, too.

import { Command } from 'commander'
import { command as attach } from './attach.ts'
import { command as commit } from './commit.ts'
import { command as prune } from './container-prune.ts'
import { command as cp } from './cp.ts'
import { command as create } from './create.ts'
import { command as diff } from './diff.ts'
import { command as exec } from './exec.ts'
import { command as exportCommand } from './export.ts'
import { inspect } from './inspect.ts'
import { command as kill } from './kill.ts'
import { command as logs } from './logs.ts'
import { command as pause, unpauseCommand as unpause } from './pause.ts'
import { command as port } from './port.ts'
import { command as ps } from './ps.ts'
import { command as rename } from './rename.ts'
import { command as restart } from './restart.ts'
import { command as rm } from './rm.ts'
import { command as run } from './run.ts'
import { command as start } from './start.ts'
import { command as stats } from './stats.ts'
import { command as stop } from './stop.ts'
import { command as top } from './top.ts'
import { command as update } from './update.ts'
import { command as wait } from './wait.ts'

export function command(): Command {
  const group = new Command('container')
    .description('Manage containers')
    .usage('COMMAND')
    // `container run` passes on what follows the image
    .enablePositionalOptions()
  const same = [
    ...[
      attach,
      commit,
      cp,
      create,
      diff,
      exec,
      exportCommand,
      kill,
      logs,
      pause,
      port,
      prune,
      rename,
      restart,
    ],
    ...[run, start, stats, stop, top, unpause, update, wait],
  ]
  for (const one of same) group.addCommand(one())
  group.addCommand(ps().name('ls').alias('list').alias('ps'))
  group.addCommand(rm().alias('remove'))
  group
    .command('inspect')
    .description('Display detailed information on one or more containers')
    .usage('[OPTIONS] CONTAINER [CONTAINER...]')
    .argument('<CONTAINER...>')
    .option('-f, --format <string>', "'json', or a template as {{.State.Status}}")
    .option('-s, --size', 'Display total file sizes', false)
    .action((names: readonly string[], flags: { format?: string; size: boolean }) =>
      inspect(names, { ...flags, type: 'container' }),
    )
  return group
}
