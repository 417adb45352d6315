// The list of exercises by chapter, with what is done, what cannot be done here, and where one is.

import type { Book, Exercise } from '../tutorial/book.ts'
import { displayWidth, padded, truncated } from '../tutorial/terminal/width.ts'
import { missing } from './needs.ts'
import type { Place } from './pages.ts'
import type { Progress } from './progress.ts'

export interface List {
  readonly lines: string[]
  /** The line in which an exercise stands. */
  readonly rowOf: (exercise: Exercise | undefined) => number
}

export interface Selection {
  readonly shown: readonly Exercise[]
  readonly selected?: Exercise
}

export function listLines(
  { paint, width }: Place,
  book: Book,
  progress: Progress,
  { shown, selected }: Selection,
): List {
  const lines: string[] = []
  const rows = new Map<Exercise, number>()
  for (const chapter of book.chapters) {
    const exercises = chapter.exercises.filter((exercise) => shown.includes(exercise))
    if (exercises.length === 0) continue
    lines.push(paint.as('faint', truncated(`${chapter.number}. ${chapter.title}`, width)))
    for (const exercise of exercises) {
      rows.set(exercise, lines.length)
      const { id, title, needs } = exercise
      const mark =
        id in progress.passed ? paint.as('good', '✔') : missing(needs) ? paint.as('notice', '–') : ' '
      const why = missing(needs) && !(id in progress.passed) ? `needs ${needs}` : ''
      const isHere =
        exercise ===
        (selected ?? book.chapters.flatMap((one) => one.exercises).find((one) => one.id === progress.current))
      const name = truncated(`${id} ${title}`, width - 4 - (why ? displayWidth(why) + 1 : 0))
      const tail = why === '' ? '' : paint.as('faint', ` ${why}`)
      const text = isHere ? paint.as('strong', name) : name
      lines.push(
        `${isHere ? paint.as('good', '▸') : ' '} ${mark} ${why ? padded(text, Math.min(40, width - 5 - displayWidth(why))) : text}${tail}`,
      )
    }
  }
  return { lines, rowOf: (exercise) => (exercise && rows.get(exercise)) ?? 0 }
}
