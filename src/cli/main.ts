// The command line: which command, and what becomes of its errors.

import { Command, CommanderError } from 'commander'
import { places } from '../container/places.ts'
import { ENGINE_FAILED, UserError } from '../container/user-error.ts'
import { commands } from './commands.ts'
import { err, out } from './print.ts'
import { usageError } from './usage.ts'
import { version } from './version-number.ts'

export const done = main(process.argv.slice(2))

async function main(words: readonly string[]): Promise<void> {
  // `gocker help run` is `gocker run --help`
  const argv = words[0] === 'help' ? [...words.slice(1), '--help'] : words
  if (argv[0] === '-v' || argv[0] === '--version') {
    out(`Gocker version ${version()}`)
    return
  }
  // what is made here gets the rights that it is made with, whoever's shell has started this
  process.umask(0o022)
  const program = new Command('gocker')
    .description('Containers, from one system call to `gocker run`')
    .usage('[OPTIONS] COMMAND')
    .enablePositionalOptions()
  const wanted = argv.find((word) => !word.startsWith('-'))
  const load = wanted === undefined ? undefined : commands[wanted]
  const loaded = load ? [await load()] : await Promise.all(Object.values(commands).map((one) => one()))
  for (const { command } of loaded) program.addCommand(command())
  forEach(program, prepare)
  try {
    if (argv.length === 0) return program.outputHelp()
    await program.parseAsync(argv, { from: 'user' })
  } catch (error) {
    process.exitCode = report(error, program, argv)
  }
}

/** Errors come to `report`; the words on the screen are Docker's, not commander's. */
function prepare(command: Command): void {
  command
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .helpOption('--help', 'Print usage')
    .helpCommand(false)
    .configureHelp({
      subcommandTerm: (child) => child.name(),
      optionDescription: ({ description, defaultValue }) =>
        // that a switch is off unless it is given need not be said
        defaultValue ? `${description} (default "${defaultValue}")` : description,
    })
}

function forEach(command: Command, visit: (command: Command) => void): void {
  visit(command)
  for (const child of command.commands) forEach(child, visit)
}

/** Show an error and say with which status to end. */
function report(error: unknown, program: Command, argv: readonly string[]): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0
    const { message, exitCode } = usageError(error, program, argv)
    err(message)
    return exitCode
  }
  if (error instanceof UserError) {
    err(`gocker: ${error.message}`)
    return error.exitCode
  }
  if (error instanceof Error && !isFault(error)) {
    err(`gocker: ${explained(error)}`)
    // what `run` itself cannot do must not look like the end of the program in the container
    return argv[0] === 'run' ? ENGINE_FAILED : 1
  }
  err(
    `gocker: ${error instanceof Error ? error.stack : String(error)}\nThis is a fault in gocker itself: please report it.`,
  )
  return ENGINE_FAILED
}

/** What usually causes an error of the file system, and what to do. Those of our own calls say it already. */
function explained(error: NodeJS.ErrnoException): string {
  const { code, message, path } = error
  const said = message.replace(/^E[A-Z]+: /, '')
  const root = places().root
  switch (message.startsWith(`${code}: `) ? code : undefined) {
    case undefined:
      return message
    case 'ENOSPC':
    case 'EDQUOT':
      return `${said}\nThe disk under ${root} is full. Make room: gocker system prune removes containers that have ended.`
    case 'EROFS':
      return `${said}\nThis is mounted read-only: ${path ?? root}. GOCKER_ROOT says where else gocker may write.`
    default:
      return said
  }
}

/** A mistake in the program shows as one of these; everything else is about this machine, and its message says what. */
function isFault(error: Error): boolean {
  return [TypeError, ReferenceError, RangeError, SyntaxError].some((kind) => error instanceof kind)
}
