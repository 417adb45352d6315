// Several ways to the same end, measured in turns, so that a busy moment of the machine hits all of them alike.

import { type Command, measure, type Sample, whyNot } from './measure.ts'

export interface Contestant {
  readonly name: string
  /** undefined: it is not here, and `missing` says why. */
  readonly command: Command | undefined
  readonly missing?: string
  /** At most so many times the base. */
  readonly target?: number
  /** Before and after each run, outside of the time. */
  readonly before?: () => void
  readonly after?: () => void
}

export interface Row {
  readonly name: string
  readonly samples: readonly Sample[]
  readonly missing?: string
  readonly target?: number
}

/** Time for what waits outside, as a Ctrl-C. */
const breathe = () => new Promise<void>((resolve) => setImmediate(resolve))

/** Each contestant once for nothing, then `rounds` times in turns: A B C, C B A, A B C … */
export async function compare(contestants: readonly Contestant[], rounds: number): Promise<Row[]> {
  const failures = new Map<string, string>()
  for (const { name, command, missing, before, after } of contestants) {
    before?.()
    const failure = command ? whyNot(command) : (missing ?? 'not installed')
    after?.()
    await breathe()
    if (failure !== undefined) failures.set(name, failure)
  }
  const taking = contestants.filter(({ name }) => !failures.has(name))
  const samples = new Map<string, Sample[]>(taking.map(({ name }) => [name, []]))
  for (let round = 0; round < rounds; round++) {
    for (const { name, command, before, after } of round % 2 === 0 ? taking : taking.toReversed()) {
      before?.()
      samples.get(name)!.push(measure(command!))
      after?.()
      await breathe()
    }
  }
  return contestants.map(({ name, target }) => ({
    name,
    samples: samples.get(name) ?? [],
    missing: failures.get(name),
    target,
  }))
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return (sorted[Math.floor((sorted.length - 1) / 2)]! + sorted[Math.ceil((sorted.length - 1) / 2)]!) / 2
}

/** A Markdown table: each row beside the one called `base`. */
export function tableOf(title: string, rows: readonly Row[], base: string): string {
  const baseSamples = rows.find(({ name }) => name === base)?.samples ?? []
  const heads = ['median', 'least', `× ${base} (median)`, '(least)', '(processor time)', 'target']
  const lines = rows.map(({ name, samples, missing, target }) => {
    const cells = samples.length === 0 ? [missing ?? '', '', '', '', ''] : figures(samples, baseSamples)
    return `| ${name} | ${[...cells, target === undefined ? '' : `≤ ${target}`].join(' | ')} |`
  })
  return [`| ${title} | ${heads.join(' | ')} |`, `|---|${'---:|'.repeat(heads.length)}`, ...lines].join('\n')
}

function figures(samples: readonly Sample[], base: readonly Sample[]): string[] {
  const wall = samples.map((sample) => sample.wall)
  const ratio = (of: (samples: readonly Sample[]) => number) =>
    base.length === 0 ? '' : (of(samples) / of(base)).toFixed(2)
  return [
    milliseconds(median(wall)),
    milliseconds(Math.min(...wall)),
    ratio((all) => median(all.map((sample) => sample.wall))),
    ratio((all) => Math.min(...all.map((sample) => sample.wall))),
    ratio((all) => median(all.map((sample) => sample.cpu))),
  ]
}

export function milliseconds(value: number): string {
  return value >= 10_000 ? `${(value / 1000).toFixed(1)} s` : `${value.toFixed(value < 100 ? 1 : 0)} ms`
}
