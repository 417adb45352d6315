// gocker image: all that can be done with images, under one roof. Most are commands of their own, too.

import { Command } from 'commander'
import { command as history } from './history.ts'
import { command as prune } from './image-prune.ts'
import { command as images } from './images.ts'
import { command as importCommand } from './import.ts'
import { inspect } from './inspect.ts'
import { command as load } from './load.ts'
import { command as pull } from './pull.ts'
import { command as rmi } from './rmi.ts'
import { command as save } from './save.ts'
import { command as tag } from './tag.ts'

export function command(): Command {
  const group = new Command('image').description('Manage images').usage('COMMAND')
  for (const one of [history(), importCommand(), load(), prune(), pull(), save(), tag()])
    group.addCommand(one)
  group.addCommand(images().name('ls').alias('list'))
  group.addCommand(rmi().name('rm').alias('remove'))
  group
    .command('inspect')
    .description('Display detailed information on one or more images')
    .usage('[OPTIONS] IMAGE [IMAGE...]')
    .argument('<IMAGE...>')
    .option('-f, --format <string>', "'json', or a template as {{.Id}}")
    .action((names: readonly string[], { format }: { format?: string }) =>
      inspect(names, { format, type: 'image' }),
    )
  return group
}
