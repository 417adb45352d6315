// npm run tutorial -- build [FOLDER]: the site as files, for the disk or any web server. Begins with the pages of the book
// and goes on with whatever they link to.

import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { openSite } from './site.ts'

export interface Built {
  readonly pages: number
  readonly problems: readonly string[]
}

/** Written into the folder, so that the next build knows that it may be emptied. */
const mark = '.gocker-tutorial'

/** @throws Error if the folder holds something else */
export async function buildSite(root: string, folder: string): Promise<Built> {
  makeRoom(folder)
  const site = await openSite(root)
  const queue = [...site.start()]
  const known = new Set(queue)
  const problems = new Set<string>()
  for (const url of queue) {
    const rendered = await site.render(url)
    if (!rendered) {
      problems.add(`${url} is linked to, and there is no such page`)
      continue
    }
    mkdirSync(dirname(join(folder, url)), { recursive: true })
    writeFileSync(join(folder, url), rendered.body)
    for (const problem of rendered.problems) problems.add(problem)
    for (const link of rendered.links.filter((link) => !known.has(link))) {
      known.add(link)
      queue.push(link)
    }
  }
  return { pages: queue.filter((url) => url.endsWith('.html')).length, problems: [...problems] }
}

function makeRoom(folder: string): void {
  const strange = existsSync(folder) && readdirSync(folder).length > 0 && !existsSync(join(folder, mark))
  if (strange)
    throw new Error(`${folder} holds something else: name an empty folder, or one that is not there yet`)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, mark), '')
}
