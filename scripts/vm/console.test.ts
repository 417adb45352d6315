// The commands of the course's page about control groups, run as test/tutorial/console.test.ts runs those of all pages, but
// with the time that an emulated machine takes: this is the page that says different things of the two versions.

import { afterAll, expect, it } from 'vitest'
import { home } from '../tutorial/book.ts'
import { findCourse } from '../tutorial/check/find-course.ts'
import { consoleBlocks, startSession } from '../tutorial/console/session.ts'

const page = findCourse(home).pages.find(({ path }) => path === 'tutorial/04-cgroups/README.md')!
const session = startSession(home, page, 600_000)
afterAll(() => session.close())

for (const block of consoleBlocks(page)) {
  const name = block.commands.map(({ line }) => line.split('\n')[0]).join(' · ')
  it(`${page.path} line ${block.line}: ${name}`, async (test) => {
    const outcomes = await session.run(block)
    const faults = outcomes.flatMap(({ fault }) => fault ?? [])
    if (faults.length > 0) expect.fail(faults.join('\n\n'))
    const skipped = outcomes.find((outcome) => outcome.skipped !== undefined)
    if (skipped) test.skip(skipped.skipped)
  })
}
