// Switches with a value, as Go's flags have them: --pause=false, --no-trunc=true. Commander knows them without one only.

import type { Command } from 'commander'

/** After the name of a container or an image, words are for the program in it. */
const withProgram = ['run', 'create', 'exec', 'top']

/**
 * The same words, with each such switch as commander knows it. Words for the program in a container are left alone.
 * @param command the command that the words are for
 */
export function plainSwitches(command: Command, words: readonly string[]): string[] {
  const start = words.indexOf(command.name()) + 1
  const isEnd = (word: string) =>
    word === '--' || (withProgram.includes(command.name()) && !word.startsWith('-'))
  const end = words.findIndex((word, i) => i >= start && isEnd(word))
  return words.flatMap((word, i) => {
    const [, flag, value] = /^(--[a-z][a-z-]*)=(true|false)$/.exec(word) ?? []
    if (flag === undefined || (end !== -1 && i > end)) return [word]
    const option = command.options.find(({ long }) => long === flag)
    if (!option || option.required || option.optional) return [word]
    if (value === 'true') return [flag]
    const opposite = `--no-${flag.slice(2)}`
    return command.options.some(({ long }) => long === opposite) ? [opposite] : []
  })
}
