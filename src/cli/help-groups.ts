// How `gocker --help` lists the commands: as Docker does, those of every day first, then the groups, then the rest.

import type { Command } from 'commander'

const common = ['run', 'exec', 'ps', 'pull', 'images', 'login', 'logout', 'version', 'info']

/** The same commands, in order, each with its heading. */
export function grouped(commands: readonly Command[]): Command[] {
  const isGroup = (command: Command) => command.commands.length > 0
  const byName = (a: Command, b: Command) => (a.name() < b.name() ? -1 : 1)
  const daily = commands.filter((command) => common.includes(command.name()))
  const groups = commands.filter(isGroup)
  const rest = commands.filter((command) => !daily.includes(command) && !groups.includes(command))
  const rank = (command: Command) => common.indexOf(command.name())
  return [
    ...daily.toSorted((a, b) => rank(a) - rank(b)).map((one) => one.helpGroup('Common Commands:')),
    ...groups.toSorted(byName).map((one) => one.helpGroup('Management Commands:')),
    ...rest.toSorted(byName).map((one) => one.helpGroup('Commands:')),
  ]
}
