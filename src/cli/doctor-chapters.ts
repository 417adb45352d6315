// The doctor's last word, for whoever teaches: which chapters work on this machine, and what keeps the others from it.

import type { Examined } from './doctor-check.ts'

export interface ChapterVerdict {
  readonly chapter: number
  readonly works: boolean
  /** The names of the checks that found what keeps it from working. */
  readonly because: readonly string[]
}

/** What each chapter stands on: what keeps one of these from working keeps it from working, too. */
const standsOn: Readonly<Record<number, readonly number[]>> = {
  1: [],
  2: [1],
  3: [2],
  4: [1],
  5: [3],
  6: [5],
  7: [3],
  8: [3],
  9: [4, 6, 7, 8],
  10: [9],
  11: [10],
}

export function chapterVerdicts(results: readonly Examined[]): ChapterVerdict[] {
  const found = results.filter(({ verdict }) => verdict === 'bad')
  return Object.keys(standsOn).map((key) => {
    const chapter = Number(key)
    const needed = allBelow(chapter)
    const because = found
      .filter((one) => (one.stops ?? [one.chapter]).some((stopped) => needed.has(stopped)))
      .map(({ name }) => name)
    return { chapter, works: because.length === 0, because }
  })
}

function allBelow(chapter: number): Set<number> {
  return new Set([chapter, ...standsOn[chapter]!.flatMap((lower) => [...allBelow(lower)])])
}

/** `Chapters 1–6 and 8 work here; 7 and 9–11 will not: nf_tables (…)`; of several reasons only the names, as they stand above. */
export function lastWord(chapters: readonly ChapterVerdict[], results: readonly Examined[]): string {
  const numbers = (works: boolean) => chapters.filter((one) => one.works === works).map((one) => one.chapter)
  const working = numbers(true)
  if (working.length === chapters.length) return 'All chapters work here.'
  const names = [...new Set(chapters.flatMap(({ because }) => because))]
  const one = results.find(({ name }) => name === names[0])
  const why = names.length === 1 ? `${one!.name} (${one!.found})` : names.join(', ')
  if (working.length === 0) return `No chapter works here: ${why}`
  const [noun, verb] = working.length === 1 ? ['Chapter', 'works'] : ['Chapters', 'work']
  return `${noun} ${ranges(working)} ${verb} here; ${ranges(numbers(false))} will not: ${why}`
}

/** 1, 2, 3, 5, 8 as `1–3, 5 and 8` */
export function ranges(numbers: readonly number[]): string {
  const runs: [first: number, last: number][] = []
  for (const number of numbers) {
    const last = runs.at(-1)
    if (last?.[1] === number - 1) last[1] = number
    else runs.push([number, number])
  }
  const texts = runs.flatMap(([first, last]) =>
    last - first > 1 ? [`${first}–${last}`] : first === last ? [`${first}`] : [`${first}`, `${last}`],
  )
  return texts.length < 2 ? texts.join('') : `${texts.slice(0, -1).join(', ')} and ${texts.at(-1)}`
}
