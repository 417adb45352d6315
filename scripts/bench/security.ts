// What it costs to be careful: `run` as it is, and with every protection turned off that a flag turns off, in turns.

import { compare, median, milliseconds, type Row } from './compare.ts'
import { whyNot } from './measure.ts'
import type { Workplace } from './workplace.ts'

/** In milliseconds. */
const target = 3

/** As Docker has them. One that this engine or this host does not know is left out. */
const switches: readonly (readonly string[])[] = [
  ['--security-opt', 'seccomp=unconfined'],
  ['--security-opt', 'systempaths=unconfined'],
  ['--security-opt', 'apparmor=unconfined'],
  ['--security-opt', 'label=disable'],
  ['--cap-add', 'ALL'],
  ['--privileged'],
]

export async function benchSecurity({ gocker }: Workplace, rounds: number): Promise<string> {
  const run = (...flags: string[]) => gocker('run', '--rm', '--network', 'none', ...flags, 'tiny', 'true')
  // the first one makes the image
  whyNot(run())
  const off = switches.filter((flags) => whyNot(run(...flags)) === undefined).flat()
  const [careful, careless] = (await compare(
    [
      { name: 'gocker run', command: run() },
      { name: `gocker run ${off.join(' ')}`, command: run(...off) },
    ],
    rounds,
  )) as [Row, Row]
  const line = ({ name, samples, missing }: Row) =>
    missing !== undefined
      ? `| ${name} | ${missing} | | | |`
      : `| ${name} | ${milliseconds(median(samples.map(({ wall }) => wall)))} | ${milliseconds(Math.min(...samples.map(({ wall }) => wall)))} | ${milliseconds(median(samples.map(({ cpu }) => cpu)))} | |`
  const added = (key: 'wall' | 'cpu') =>
    median(careful.samples.map((sample, i) => sample[key] - (careless.samples[i]?.[key] ?? Number.NaN)))
  const least = ({ samples }: Row) => Math.min(...samples.map(({ wall }) => wall))
  return [
    '| protections | median | least | processor time | target |',
    '|---|---:|---:|---:|---:|',
    line(careful),
    line(careless),
    // each pair was measured one right after the other
    `| what they add, by pairs | ${milliseconds(added('wall'))} | ${milliseconds(least(careful) - least(careless))} | ${milliseconds(added('cpu'))} | ≤ ${target} ms |`,
  ].join('\n')
}
