// Every command of the course, run as a reader runs it, and what it prints compared with what the page says. How many
// there are is written down here: a check that finds nothing to run would be green, too.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { home } from '../../scripts/tutorial/book.ts'
import { findCourse } from '../../scripts/tutorial/check/find-course.ts'
import { consoleBlocks, type Session, startSession } from '../../scripts/tutorial/console/session.ts'
import { changesSince, type HostState, hostState } from '../host-state.ts'

/** In the pages as they are; whoever adds a block changes this table. */
const expected: Readonly<Record<string, { readonly blocks: number; readonly commands: number }>> = {
  intro: { blocks: 2, commands: 2 },
  '01-syscalls': { blocks: 7, commands: 7 },
  '02-chroot': { blocks: 8, commands: 8 },
  '03-namespaces': { blocks: 11, commands: 13 },
  '04-cgroups': { blocks: 10, commands: 23 },
  '05-overlay': { blocks: 6, commands: 6 },
  '06-images': { blocks: 7, commands: 13 },
  '07-network': { blocks: 9, commands: 11 },
  '08-security': { blocks: 9, commands: 14 },
  '09-gocker': { blocks: 8, commands: 17 },
  '10-supervisor': { blocks: 10, commands: 26 },
  '11-terminal': { blocks: 10, commands: 16 },
}

const limit = 60_000
const pages = findCourse(home).pages.filter(({ path }) => !path.includes('/exercises/'))
/** Blocks and commands that were run, or could not be run here. */
const seen: Record<string, { blocks: number; commands: number }> = {}

describe.each(pages.map((page) => [page.path, page] as const))('%s', (_, page) => {
  const slug = /\d\d-[^/]+/.exec(page.path)?.[0] ?? 'intro'
  let session: Session
  let before: HostState
  beforeAll(() => {
    before = hostState()
    session = startSession(home, page, limit)
    seen[slug] ??= { blocks: 0, commands: 0 }
  })
  afterAll(() => session?.close())

  for (const block of consoleBlocks(page)) {
    const name = block.commands.map(({ line }) => line.split('\n')[0]).join(' · ')
    it(`line ${block.line}: ${name}`, { timeout: block.commands.length * limit + 10_000 }, async (test) => {
      const outcomes = await session.run(block)
      seen[slug]!.blocks++
      seen[slug]!.commands += outcomes.length
      const faults = outcomes.flatMap(({ fault }) => fault ?? [])
      if (faults.length > 0) expect.fail(faults.join('\n\n'))
      const skipped = outcomes.find((outcome) => outcome.skipped !== undefined)
      if (skipped) test.skip(skipped.skipped)
    })
  }

  it('leaves the host as it was', async () => {
    const left = await session.close()
    // npm and tsx keep what they have compiled
    const isCache = (line: string) => /\/(tsx-\d+|node-compile-cache)$/.test(line)
    expect([...left, ...(await changesSince(before, isCache))]).toEqual([])
  })
})

it('every command of the course was run', () => {
  expect(seen).toEqual(expected)
})
