// How many columns a text takes in a terminal: letters one, Chinese, Japanese, Korean and emoji two, accents none.

import { stripVTControlCharacters } from 'node:util'

const segmenter = new Intl.Segmenter()
const wide =
  /^[\p{Emoji_Presentation}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303e\uff01-\uff60\uffe0-\uffe6]|\ufe0f/u
const none = /^[\p{Mn}\p{Me}\p{Cf}\p{Cc}]+$/u
const simple = /^[\x20-\x7e]*$/

/** What a reader sees as one letter, each with its width. */
export function letters(text: string): { readonly letter: string; readonly width: number }[] {
  return [...segmenter.segment(text)].map(({ segment }) => ({ letter: segment, width: letterWidth(segment) }))
}

function letterWidth(letter: string): number {
  if (simple.test(letter)) return letter.length
  return none.test(letter) ? 0 : wide.test(letter) ? 2 : 1
}

/** Escape sequences take no room. */
export function displayWidth(text: string): number {
  const plain = stripVTControlCharacters(text)
  return simple.test(plain) ? plain.length : letters(plain).reduce((sum, { width }) => sum + width, 0)
}

/** The longest beginning of a plain text that fits, and the rest. At least one letter is taken. */
export function splitAt(text: string, width: number): [string, string] {
  let taken = 0
  let length = 0
  for (const { letter, width: own } of letters(text)) {
    if (length > 0 && taken + own > width) break
    taken += own
    length += letter.length
  }
  return [text.slice(0, length), text.slice(length)]
}

/** A plain text cut to the width, with … where something is missing. */
export function truncated(text: string, width: number): string {
  if (displayWidth(text) <= width) return text
  return width < 1 ? '' : `${width < 2 ? '' : splitAt(text, width - 1)[0]}…`
}

export function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)))
}
