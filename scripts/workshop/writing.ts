// What the gate asks of the texts of an exercise. `npm run check` asks for more: see scripts/tutorial/check/exercises.ts.

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Exercise } from '../tutorial/book.ts'

const files = ['README.md', 'exercise.ts', 'check.test.ts', 'hints.md', 'solution.ts', 'afterwards.md']

/** What is missing in the texts of an exercise, each a sentence. */
export function writingFaults(root: string, exercise: Exercise): string[] {
  const path = (name: string) => join(root, exercise.folder, name)
  const lost = files.filter((name) => !existsSync(path(name)))
  if (lost.length > 0) return [`it has no ${lost.join(' and no ')}`]
  const read = (name: string) => readFileSync(path(name), 'utf8')
  const faults: string[] = []
  const ask = (isSo: boolean, fault: string) => {
    if (!isSo) faults.push(fault)
  }
  ask(exercise.task.includes('exercise.ts'), 'README.md does not name the file to edit, exercise.ts')
  ask(exercise.hints.length === 3, `hints.md has ${exercise.hints.length} hints, not three: ## 1, ## 2, ## 3`)
  ask(
    exercise.hints.every((hint) => hint.length >= 20),
    'hints.md has a hint that says nothing',
  )
  ask(exercise.afterwards.trim().length >= 40, 'afterwards.md says nothing')
  ask(
    !/['"]\.\/solution\.ts['"]/.test(
      read('check.test.ts') + (existsSync(path('probe.ts')) ? read('probe.ts') : ''),
    ),
    'the check imports solution.ts: it must look at properties, not compare with the solution',
  )
  return faults
}
