// What is wrong with a command line, in Docker's words and with Docker's exit codes.

import type { Command, CommanderError } from 'commander'
import { absentCommand, absentFlag } from './absent.ts'

/** The text for an error of commander, and the status to end with. */
export function usageError(
  error: CommanderError,
  program: Command,
  argv: readonly string[],
): { message: string; exitCode: number } {
  const command = commandOf(program, argv)
  const path = pathOf(command)
  const usage = `Usage:  ${path} ${command.usage()}`
  const near = /\(Did you mean ([^)]*\?)\)/.exec(error.message)?.[1]
  const meant = near === undefined ? '' : `\nDid you mean ${near}`
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
      const absent = absentCommand(path, word ?? '')
      if (absent !== undefined) return { message: `gocker: ${absent}`, exitCode: 1 }
      return {
        message: `gocker: unknown command: ${path} ${word}${meant}\n\nRun '${path} --help' for more information`,
        exitCode: 1,
      }
    }
    case 'commander.unknownOption': {
      const word = /'([^']+)'/.exec(error.message)?.[1] ?? ''
      const flag = word.startsWith('--') ? word.replace(/=.*/s, '') : word
      const absent = absentFlag(path, flag.startsWith('--') ? flag : flag.slice(0, 2))
      if (absent !== undefined) return { message: `gocker: ${absent}`, exitCode: 125 }
      return flagError(
        flag.startsWith('--')
          ? `unknown flag: ${flag}${meant}`
          : `unknown shorthand flag: '${flag.slice(1, 2)}' in ${flag}`,
      )
    }
    case 'commander.optionMissingArgument': {
      const flag = /(--[\w-]+)/.exec(error.message)?.[1] ?? ''
      // it is the last word that lacks one
      const short = /^-([^-]*)$/.exec(argv.at(-1) ?? '')?.[1]
      return flagError(
        short === undefined
          ? `flag needs an argument: ${flag}`
          : `flag needs an argument: '${short.at(-1)}' in -${short}`,
      )
    }
    case 'commander.invalidArgument':
      // commander puts a sentence of its own before ours
      return flagError(/invalid argument ".*/s.exec(error.message)?.[0] ?? error.message)
    case 'commander.missingArgument': {
      const known = command.registeredArguments
      const needed = known.filter((argument) => argument.required).length
      const isExact = known.length === needed && !known.some((argument) => argument.variadic)
      return countError(
        `'${path}' requires ${isExact ? '' : 'at least '}${needed} argument${needed === 1 ? '' : 's'}`,
      )
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
export function commandOf(program: Command, argv: readonly string[]): Command {
  let command = program
  for (const word of argv) {
    const next = command.commands.find((child) => child.name() === word || child.aliases().includes(word))
    if (!next) break
    command = next
  }
  return command
}

/** `gocker container run` */
export function pathOf(command: Command): string {
  return command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name()
}
