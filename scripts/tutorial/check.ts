// node scripts/tutorial/check.ts [--write] [folder of a project]
//
// Holds the course to what CONTRIBUTING.md says of it, and prints every fault as `path:line: sentence`. With --write it
// first fills in the code that the prose quotes and draws the pictures; it changes nothing else. The commands of the
// prose are run by the tests, not here.

import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { attacksPage, attacksPath } from './attacks.ts'
import { home } from './book.ts'
import { blockFaults } from './check/blocks.ts'
import { diagramFaults, drawAll } from './check/diagrams.ts'
import { exerciseFaults, exerciseFolders } from './check/exercises.ts'
import { type Fault, printFaults } from './check/fault.ts'
import { findCourse, intro } from './check/find-course.ts'
import { linkChecker } from './check/links.ts'
import { orderFaults } from './check/order.ts'
import { regionFaults } from './check/regions.ts'
import { filledIn, quotations, quoteFaults } from './check/weave.ts'
import { readPage } from './page.ts'

/** Pages outside of the course; only their links are looked at. */
const others = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'scripts/vm/README.md']

/** Fill in what is quoted and draw what is drawn, in the course below `root`. */
export function writeCourse(root: string): void {
  const { chapters, pages } = findCourse(root)
  for (const page of pages) {
    const markdown = filledIn(root, page)
    if (markdown !== page.markdown) writeFileSync(join(root, page.path), markdown)
  }
  if (root === home) writeFileSync(join(root, attacksPath), attacksPage())
  for (const folder of ['tutorial', ...chapters]) drawAll(root, `${folder}/diagrams`)
}

/** Everything that is wrong with the course below `root`. */
export function checkCourse(root: string): Fault[] {
  const { chapters, pages } = findCourse(root)
  const linkFaults = linkChecker(root)
  return [
    ...[intro, ...chapters.map((chapter) => `${chapter}/README.md`)]
      .filter((path) => !pages.some((page) => page.path === path))
      .map((path) => ({ path, line: 1, text: 'this page is missing.' })),
    ...pages.flatMap((page) => [
      ...quoteFaults(root, page),
      ...blockFaults(page, page.path.includes('/exercises/') ? 'exercise' : 'chapter'),
      ...linkFaults(page),
    ]),
    ...pages
      .filter(({ path }) => /^tutorial\/([^/]+\/)?README\.md$/.test(path))
      .flatMap((page) => {
        const beside = pages.filter((one) => one !== page && dirname(one.path) === dirname(page.path))
        return diagramFaults(root, page, beside)
      }),
    ...chapters.flatMap((chapter) => {
      const page = pages.find(({ path }) => path === `${chapter}/README.md`)
      if (!page) return []
      return [
        ...orderFaults(page, Number(/\/(\d\d)-/.exec(chapter)![1])),
        ...exerciseFaults(root, page, exerciseFolders(root, chapter)),
      ]
    }),
    ...others.flatMap((path) => readPage(root, path) ?? []).flatMap(linkFaults),
    ...regionFaults(root, quotations(pages)),
    ...(root === home ? attackFaults(root) : []),
  ]
}

function attackFaults(root: string): Fault[] {
  const page = readPage(root, attacksPath)
  if (page?.markdown === attacksPage()) return []
  return [
    {
      path: attacksPath,
      line: 1,
      text: 'this is not what the attacks say now; `npm run format` writes it anew.',
    },
  ]
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    options: { write: { type: 'boolean' } },
    allowPositionals: true,
  })
  const root = positionals[0] ?? home
  if (values.write) writeCourse(root)
  const faults = checkCourse(root)
  process.stdout.write(printFaults(faults))
  if (faults.length > 0) {
    process.stdout.write(`\nThe course has ${faults.length} ${faults.length === 1 ? 'fault' : 'faults'}.\n`)
    process.exitCode = 1
  }
}
