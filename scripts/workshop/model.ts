// What the workshop on the screen knows at a moment. view.ts makes lines of it, interactive.ts changes it.

import type { Book, Exercise } from '../tutorial/book.ts'
import type { Outcome } from './outcome.ts'
import type { Progress } from './progress.ts'

export interface Model {
  readonly root: string
  readonly book: Book
  readonly exercises: readonly Exercise[]
  progress: Progress
  exercise: Exercise
  /** Of the last check of this exercise. */
  outcome?: Outcome
  /** When the check that runs now began. */
  checkingSince?: number
  page: 'result' | 'task' | 'hint' | 'solution' | 'keys' | 'end'
  /** How many hints have been asked for. */
  hint: number
  /** How many lines of the page are above the screen. */
  scroll: number
  /** Asked in the line of keys: y does it, anything else does not. */
  question?: { readonly text: string; readonly yes: () => void }
  list?: { query: string; at: number }
  /** Said once, in the line of keys. */
  note?: string
}

/** The exercises that are on the list, with what was typed to search for them. */
export function listed({ exercises, list }: Pick<Model, 'exercises' | 'list'>): readonly Exercise[] {
  const words = (list?.query ?? '').toLowerCase().split(/\s+/)
  const matches = ({ id, title, name }: Exercise) =>
    words.every((word) => `${id} ${title} ${name}`.toLowerCase().includes(word))
  return exercises.filter(matches)
}

/** The next in order; from the last on to the first that is not done. */
export function following({ exercises, exercise, progress }: Model): Exercise | undefined {
  return exercises[exercises.indexOf(exercise) + 1] ?? exercises.find(({ id }) => !(id in progress.passed))
}
