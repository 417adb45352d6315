// Everything that is to be checked, as far as it is there: book.ts reads only a course that is whole.

import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pageBeside } from '../book.ts'
import { type Page, readPage } from '../page.ts'
import { exerciseFolders } from './exercises.ts'

export const intro = 'tutorial/README.md'

/** The folders of the chapters, and every page of the course. */
export function findCourse(root: string): { chapters: string[]; pages: Page[] } {
  const chapters = existsSync(join(root, 'tutorial'))
    ? readdirSync(join(root, 'tutorial'))
        .filter((name) => /^\d\d-/.test(name))
        .sort()
        .map((name) => `tutorial/${name}`)
    : []
  const pages = [
    intro,
    ...chapters.flatMap((chapter) => [
      `${chapter}/README.md`,
      ...pagesBeside(root, chapter),
      ...exerciseFolders(root, chapter).flatMap((folder) =>
        ['README.md', 'hints.md', 'afterwards.md'].map((name) => `${folder}/${name}`),
      ),
    ]),
  ].flatMap((path) => readPage(root, path) ?? [])
  return { chapters, pages }
}

function pagesBeside(root: string, chapter: string): string[] {
  return readdirSync(join(root, chapter))
    .filter((name) => pageBeside.test(name))
    .sort()
    .map((name) => `${chapter}/${name}`)
}
