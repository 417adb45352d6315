// node scripts/tutorial/run-console.ts 05 [--show]
//
// For authors: runs the commands of a chapter's page (0 is the way in) as the tests do, and prints what differs from the
// page. With --show it prints what every command really printed, to be pasted into the page, with … for what varies.

import { parseArgs } from 'node:util'
import { home } from './book.ts'
import { findCourse, intro } from './check/find-course.ts'
import { consoleBlocks, type Outcome, startSession } from './console/session.ts'

const { values, positionals } = parseArgs({ options: { show: { type: 'boolean' } }, allowPositionals: true })
const pages = findCourse(home).pages.filter(({ path }) => !path.includes('/exercises/'))
const numberOf = (path: string) => (path === intro ? 0 : Number(/\d\d/.exec(path)?.[0]))
const page = pages.find(({ path }) => numberOf(path) === Number(positionals[0]))
if (!page) {
  const known = pages.map(({ path }) => numberOf(path)).join(', ')
  process.stderr.write(`Which chapter? There are: ${known} (0 is the way in).\n`)
  process.exit(1)
}

const session = startSession(home, page)
const outcomes: Outcome[] = []
try {
  for (const block of consoleBlocks(page))
    for (const outcome of await session.run(block)) {
      outcomes.push(outcome)
      say(page.path, outcome)
    }
} finally {
  const left = await session.close()
  for (const line of left) process.stdout.write(`left behind: ${line}\n`)
}
const faults = outcomes.filter(({ fault }) => fault !== undefined).length
const skipped = outcomes.filter((outcome) => outcome.skipped !== undefined).length
process.stdout.write(`${outcomes.length} commands: ${faults} with a fault, ${skipped} skipped.\n`)
if (faults > 0) process.exitCode = 1

function say(path: string, { command, line, printed, skipped, fault }: Outcome): void {
  const prompt = `${command.root ? '#' : '$'} ${command.line}`
  if (values.show && printed !== undefined) process.stdout.write(`${prompt}\n${printed}\n`)
  else if (skipped) process.stdout.write(`skipped ${path}:${line}: ${skipped}\n\n`)
  else process.stdout.write(`${fault ?? `right   ${path}:${line}: ${prompt}`}\n\n`)
}
