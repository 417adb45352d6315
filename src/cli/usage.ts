// What is wrong with a command line, in Docker's words and with Docker's exit codes.

import type { Command, CommanderError } from 'commander'

/** The text for an error of commander, and the status to end with. */
export function usageError(
  error: CommanderError,
  program: Command,
  argv: readonly string[],
): { message: string; exitCode: number } {
  const command = commandOf(program, argv)
  const path = pathOf(command)
  const usage = `Usage:  ${path} ${command.usage()}`
  const flagError = (text: string) => ({
    message: `${text}\n\n${usage}\n\nRun '${path} --help' for more information`,
    exitCode: 125,
  })
  switch (error.code) {
    // `gocker system` alone
    case 'commander.help':
      return { message: command.helpInformation().trimEnd(), exitCode: 0 }
    case 'commander.unknownCommand': {
      const word = /'([^']*)'/.exec(error.message)?.[1] ?? argv[0]
      return {
        message: `gocker: unknown command: ${path} ${word}\n\nRun '${path} --help' for more information`,
        exitCode: 1,
      }
    }
    case 'commander.unknownOption': {
      const flag = /'([^']+)'/.exec(error.message)?.[1] ?? ''
      return flagError(
        flag.startsWith('--')
          ? `unknown flag: ${flag}`
          : `unknown shorthand flag: '${flag.slice(1, 2)}' in ${flag}`,
      )
    }
    case 'commander.optionMissingArgument': {
      const flag = /(--[\w-]+)/.exec(error.message)?.[1] ?? /(-\w)/.exec(error.message)?.[1]
      return flagError(`flag needs an argument: ${flag}`)
    }
    case 'commander.invalidArgument':
      // commander puts a sentence of its own before ours
      return flagError(/invalid argument ".*/s.exec(error.message)?.[0] ?? error.message)
    case 'commander.missingArgument': {
      const needed = command.registeredArguments.filter((argument) => argument.required).length
      return countError(`'${path}' requires at least ${needed} argument${needed === 1 ? '' : 's'}`)
    }
    case 'commander.excessArguments':
      return countError(`'${path}' ${atMost(command.registeredArguments)}`)
    default:
      return { message: `gocker: ${error.message}`, exitCode: 125 }
  }

  function countError(text: string) {
    return {
      message: `gocker: ${text}\n\n${usage}\n\nSee '${path} --help' for more information`,
      exitCode: 1,
    }
  }
}

/** How many arguments a command takes, one of which was too many. */
function atMost(known: Command['registeredArguments']): string {
  if (known.length === 0) return 'accepts no arguments'
  const count = `${known.length} argument${known.length === 1 ? '' : 's'}`
  return known.every((argument) => argument.required) ? `requires ${count}` : `requires at most ${count}`
}

/** The command that the words lead to. */
function commandOf(program: Command, argv: readonly string[]): Command {
  let command = program
  for (const word of argv) {
    const next = command.commands.find((child) => child.name() === word)
    if (!next) break
    command = next
  }
  return command
}

function pathOf(command: Command): string {
  return command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name()
}
