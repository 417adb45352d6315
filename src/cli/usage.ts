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
    case 'commander.unknownCommand':
      return {
        message: `gocker: unknown command: gocker ${argv[0]}\n\nRun 'gocker --help' for more information`,
        exitCode: 1,
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
      return flagError(error.message.replace(/^error: /, ''))
    case 'commander.missingArgument': {
      const needed = command.registeredArguments.filter((argument) => argument.required).length
      return countError(`'${path}' requires at least ${needed} argument${needed === 1 ? '' : 's'}`)
    }
    case 'commander.excessArguments':
      return countError(`'${path}' accepts no arguments`)
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
