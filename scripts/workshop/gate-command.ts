// npm run workshop -- gate 05-2: for those who write exercises. The same as test/tutorial/exercises.test.ts, for one exercise or
// one chapter, with what is wrong in words.

import type { Exercise } from '../tutorial/book.ts'
import { gate } from './gate.ts'

/** @returns whether all are as they should be */
export async function gateCommand(root: string, exercises: readonly Exercise[]): Promise<boolean> {
  const show = (text: string) => process.stderr.isTTY && process.stderr.write(`\r\x1b[K${text}`)
  const verdicts = await gate(root, exercises, (done, of) => show(`${done} of ${of} variants checked`))
  show('')
  for (const { id, title } of exercises) {
    const { faults, skipped } = verdicts.get(id)!
    const mark = faults.length > 0 ? '✘' : skipped === undefined ? '✔' : '–'
    console.log(
      `${mark} ${id} ${title}${skipped === undefined ? '' : `: not all of it ran here, as it ${skipped}`}`,
    )
    for (const fault of faults) console.log(`    ${fault.replaceAll('\n', '\n    ')}`)
  }
  return [...verdicts.values()].every(({ faults }) => faults.length === 0)
}
