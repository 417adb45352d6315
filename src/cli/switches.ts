// Words as Go's flags have them, and commander does not know them: switches with a value (--pause=false, -d=true), and flags
// of Docker's that are not here, with a value that asks for what is so anyway (--ipc private).

import type { Command, Option } from 'commander'
import { isUsual } from './absent.ts'

/** After the name of a container or an image, words are for the program in it. */
const withProgram = ['run', 'create', 'exec', 'top']

/**
 * The same words, as commander knows them. Words for the program in a container are left alone.
 * @param command the command that the words are for
 * @param path what leads to it: `gocker run`
 */
export function plainSwitches(command: Command, words: readonly string[], path = ''): string[] {
  const start = words.indexOf(command.name()) + 1
  const isEnd = (word: string) =>
    word === '--' || (withProgram.includes(command.name()) && !word.startsWith('-'))
  const plain = words.slice(0, start)
  for (let i = start; i < words.length; i++) {
    const word = words[i]!
    if (isEnd(word)) return [...plain, ...words.slice(i)]
    const [, flag, value] = /^(--[a-z][a-z0-9-]*)(?:=(.*))?$/s.exec(word) ?? []
    if (flag !== undefined && isUsual(path, flag, value ?? 'true')) continue
    if (flag !== undefined && value === undefined && isUsual(path, flag, words[i + 1] ?? 'true')) {
      i++
      continue
    }
    plain.push(...(withoutValue(command, word) ?? [word]))
    if (takesNext(command, word) && i + 1 < words.length) plain.push(words[++i]!)
  }
  return plain
}

/** `--rm=true` is `--rm`, `--rm=false` is nothing, and so is `-d=false`; undefined if it is no switch with a value. */
function withoutValue(command: Command, word: string): string[] | undefined {
  const [, flag, value] = /^(--[a-z][a-z-]*|-[a-zA-Z])=(true|false)$/.exec(word) ?? []
  const option = flag === undefined ? undefined : named(command, flag)
  if (!option || option.required || option.optional) return undefined
  if (value === 'true') return [flag!]
  const opposite = option.long?.replace('--', '--no-')
  return command.options.some(({ long }) => long === opposite) ? [opposite!] : []
}

/** Is the word behind this one its value? `-e`, `-ite` and `--env`, but neither `-eA=1` nor `--env=A=1`. */
function takesNext(command: Command, word: string): boolean {
  if (word.startsWith('--')) return named(command, word)?.required ?? false
  for (let i = 1; i < word.length; i++)
    if (named(command, `-${word[i]}`)?.required) return i === word.length - 1
  return false
}

function named({ options }: Command, flag: string): Option | undefined {
  return options.find(({ long, short }) => long === flag || short === flag)
}
