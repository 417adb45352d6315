// Exercises by the words that people type: 05-2, 05, 5, or nothing for all.

import type { Book, Exercise } from '../tutorial/book.ts'

/** What the person at the keyboard has to know; said in one sentence, without a stack. */
export class UsageError extends Error {}

export const allExercises = (book: Book): readonly Exercise[] =>
  book.chapters.flatMap((chapter) => chapter.exercises)

/** The exercises that a word means: one for `05-2`, those of a chapter for `05`, all for none. */
export function findExercises(book: Book, word: string | undefined): readonly Exercise[] {
  const all = allExercises(book)
  if (word === undefined) return all
  const [, chapter, number] = /^0?(\d+)(?:[-.](\d+))?$/.exec(word) ?? []
  const prefix = `${chapter?.padStart(2, '0')}-${number ?? ''}`
  const found = all.filter(({ id }) => (number ? id === prefix : chapter && id.startsWith(prefix)))
  if (found.length > 0) return found
  throw new UsageError(
    `There is no exercise "${word}". They are called as in: ${all[0]?.id ?? '05-2'}; \`npm run workshop -- list\` shows all.`,
  )
}

export function findExercise(book: Book, word: string): Exercise {
  const found = findExercises(book, word)
  if (/[-.]/.test(word)) return found[0]!
  throw new UsageError(
    `${word} is a chapter; say which exercise of it: ${found.map(({ id }) => id).join(', ')}.`,
  )
}
