// Every attack is made as often as it takes to tell the truth: with all protections it fails; with none of those that stop it,
// it succeeds, or the test would prove nothing; and where several stop it, each of them does so alone.

import { beforeAll, describe, expect, it } from 'vitest'
import { errnoNumber } from '../../src/syscall/errno.ts'
import { isRoot, places, useGocker } from '../cli/gocker.ts'
import { all, themes } from './all.ts'
import type { Attack } from './attack.ts'
import { makeAttackImages } from './images.ts'
import { seccomp } from './protections.ts'
import { makeAll, type Outcome, type Try } from './stage.ts'

useGocker()
beforeAll(() => {
  process.env.GOCKER_ROOT = places.root
  if (isRoot) makeAttackImages()
})

it('are many, each of another name', () => {
  expect(all.length).toBeGreaterThanOrEqual(100)
  expect(new Set(all.map(({ name }) => name)).size).toBe(all.length)
})

/** The ways in which it is tried. */
function waysOf(attack: Attack): Try[] {
  const { stoppedBy } = attack
  const holding = stoppedBy.filter(({ holds }) => holds?.() ?? true)
  return [
    { attack, off: 'none' },
    { attack, off: 'all' },
    ...(stoppedBy.length === 1 ? [] : holding).map(
      (alone): Try => ({
        attack,
        off: stoppedBy.filter((one) => one !== alone),
      }),
    ),
  ]
}

describe.skipIf(!isRoot).each(themes)('$title (needs root)', ({ attacks }) => {
  const ways = new Map(attacks.map((attack) => [attack, waysOf(attack)]))
  let outcomes: ReadonlyMap<Try, Outcome>
  beforeAll(async () => {
    outcomes = await makeAll(
      [...ways].filter(([attack]) => !attack.missing?.()).flatMap(([, tries]) => tries),
    )
  }, 600_000)

  it.for(attacks)('$name', (attack, { skip }) => {
    const missing = attack.missing?.()
    if (missing) skip(missing)
    const [withAll, withNone, ...alone] = ways.get(attack)!
    expect(outcomes.get(withNone!), 'without any that stops it').toMatchObject({ gotThrough: true })
    expect(outcomes.get(withAll!), 'with all protections').toMatchObject({ gotThrough: false })
    // a kernel that has not got the call says so to everybody: only the filter, which comes before, can be seen at work
    const isLacking = outcomes.get(withNone!)!.seen.results.at(-1) === -errnoNumber('ENOSYS')
    for (const one of alone) {
      const left = attack.stoppedBy.find((protection) => !one.off.includes(protection as never))!
      if (isLacking && left !== seccomp) continue
      expect(outcomes.get(one), `with only this: ${left.layer}`).toMatchObject({ gotThrough: false })
    }
  })
})
