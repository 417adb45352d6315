// The command line: which command, and what becomes of its errors.

import { isUtf8 as isText } from 'node:buffer'
import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { ENGINE_FAILED, UserError } from '../container/user-error.ts'
import { commands, internal } from './commands.ts'
import { explained } from './explained.ts'
import { grouped } from './help-groups.ts'
import { err, out, write } from './print.ts'
import { plainSwitches } from './switches.ts'
import { commandOf, pathOf, usageError } from './usage.ts'
import { version } from './version-number.ts'

export const done = main(process.argv.slice(2))

async function main(words: readonly string[]): Promise<void> {
  const argv = helpWords(words)
  if (argv.some((word) => word.includes('\ufffd')) && !isText(readFileSync('/proc/self/cmdline'))) {
    err(
      'gocker: a word of the command line is not UTF-8, and would be changed on its way\nWhich one? Try: printf %s WORD | iconv -f UTF-8',
    )
    process.exitCode = ENGINE_FAILED
    return
  }
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
  const load = wanted === undefined ? undefined : (commands[wanted] ?? internal[wanted])
  const loaded = load ? [await load()] : await Promise.all(Object.values(commands).map((one) => one()))
  for (const command of grouped(loaded.map((one) => one.command()))) program.addCommand(command)
  forEach(program, prepare)
  try {
    if (argv.length === 0) return program.outputHelp()
    const command = commandOf(program, argv)
    await program.parseAsync(plainSwitches(command, argv, pathOf(command)), { from: 'user' })
  } catch (error) {
    process.exitCode = report(error, program, argv)
  }
}

/** `gocker help run` is `gocker run --help`, and `gocker volume help` is `gocker volume --help`. */
function helpWords(words: readonly string[]): readonly string[] {
  const [first = '', second] = words
  if (first === 'help') return [...words.slice(1), '--help']
  const isGroup = ['container', 'image', 'network', 'volume', 'system', 'seccomp'].includes(first)
  return isGroup && second === 'help' ? [first, ...words.slice(2), '--help'] : words
}

/** Errors come to `report`; the words on the screen are Docker's, not commander's. */
function prepare(command: Command): void {
  command
    .exitOverride()
    .configureOutput({ writeErr: () => {}, writeOut: (text) => write(1, text) })
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
    if (error.code === 'commander.unknownOption' && error.message.includes("'-h'")) {
      err('Flag shorthand -h has been deprecated, use --help')
      out(commandOf(program, argv).helpInformation().trimEnd())
      return 0
    }
    const { message, exitCode } = usageError(error, program, argv)
    err(message)
    return exitCode
  }
  if (error instanceof UserError) {
    err(`gocker: ${error.message}`)
    return statusOf(error, commandOf(program, argv))
  }
  if (error instanceof Error && !isFault(error)) {
    err(`gocker: ${explained(error)}`)
    // what `run` itself cannot do must not look like the end of the program in the container
    return commandOf(program, argv).name() === 'run' ? ENGINE_FAILED : 1
  }
  err(
    `gocker: ${error instanceof Error ? error.stack : String(error)}\nThis is a fault in gocker itself: please report it.`,
  )
  return ENGINE_FAILED
}

/** 125 is for what has to be told from the exit status of a program, and for mistakes with flags. */
function statusOf({ exitCode, message }: UserError, command: Command): number {
  const isOfContainers = !command.parent?.parent || command.parent.name() === 'container'
  const startsProgram = isOfContainers && ['run', 'create', 'exec'].includes(command.name())
  const isSaid = startsProgram || /^invalid argument /.test(message)
  return exitCode === ENGINE_FAILED && !isSaid ? 1 : exitCode
}

/** A mistake in the program shows as one of these; everything else is about this machine, and its message says what. */
function isFault(error: Error): boolean {
  return [TypeError, ReferenceError, RangeError, SyntaxError].some((kind) => error instanceof kind)
}
