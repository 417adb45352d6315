// Patterns as Go's path.Match has them, for names with slashes: * is any text without a slash, ? one character but a slash.

import { UserError } from '../container/user-error.ts'

/** What one place of the pattern takes: a character that fits, or any number of them. */
type Part = '*' | ((character: string) => boolean)

/** Does all of `text` fit? @throws UserError for what is no pattern */
export function globMatches(pattern: string, text: string): boolean {
  const parts = partsOf(pattern)
  const characters = [...text]
  let at = 0
  let part = 0
  // where to go on if what follows the last star does not fit: the star takes one character more
  let retry: { part: number; at: number } | undefined
  while (at < characters.length || part < parts.length) {
    const wanted = parts[part]
    const character = characters[at]
    if (wanted === '*') {
      retry = { part, at }
      part++
    } else if (wanted && character !== undefined && wanted(character)) {
      part++
      at++
    } else if (retry && retry.at < characters.length && characters[retry.at] !== '/') {
      at = ++retry.at
      part = retry.part + 1
    } else return false
  }
  return true
}

function partsOf(pattern: string): Part[] {
  const source = /\*|\?|\[\^?(?:\\.|[^\]\\])+\]|\\(.)|[^\\[]/gsuy
  const parts: Part[] = []
  for (let at = 0; at < pattern.length; at = source.lastIndex) {
    source.lastIndex = at
    const found = source.exec(pattern)
    if (!found) throw new UserError(`invalid filter '${pattern}': syntax error in pattern`)
    parts.push(partOf(found[0], found[1], pattern))
  }
  return parts
}

function partOf(text: string, escaped: string | undefined, pattern: string): Part {
  if (text === '*') return '*'
  if (text === '?') return (character) => character !== '/'
  if (!text.startsWith('[')) return (character) => character === (escaped ?? text)
  try {
    const set = new RegExp(`^${text}$`, 'u')
    return (character) => set.test(character)
  } catch {
    throw new UserError(`invalid filter '${pattern}': syntax error in pattern`)
  }
}
