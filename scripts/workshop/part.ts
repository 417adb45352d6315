// The part of the course that is being worked on, while another part is not whole: a view of it, made of links.

import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Book, readBook } from '../tutorial/book.ts'

/** The book, if it can be read; else only the chapters, or the exercise, that the word means. */
export function readPart(root: string, word: string | undefined): Book {
  try {
    return readBook(root)
  } catch (error) {
    const [, chapter, exercise = ''] = /^0?(\d+)(?:[-.](\d+))?$/.exec(word ?? '') ?? []
    if (chapter === undefined) throw error
    return readView(root, chapter.padStart(2, '0'), exercise)
  }
}

function readView(root: string, chapter: string, exercise: string): Book {
  const view = mkdtempSync(join(tmpdir(), 'gocker-part-'))
  try {
    mkdirSync(join(view, 'tutorial'))
    cpSync(join(root, 'tutorial/README.md'), join(view, 'tutorial/README.md'))
    for (const slug of readdirSync(join(root, 'tutorial')).filter((name) => name.startsWith(`${chapter}-`))) {
      const folder = `tutorial/${slug}`
      mkdirSync(join(view, folder, 'exercises'), { recursive: true })
      writeFileSync(join(view, folder, 'README.md'), `# ${chapter}. ${slug}\n`)
      if (!existsSync(join(root, folder, 'exercises'))) continue
      for (const name of readdirSync(join(root, folder, 'exercises')).filter((one) =>
        one.startsWith(exercise),
      ))
        symlinkSync(join(root, folder, 'exercises', name), join(view, folder, 'exercises', name))
    }
    return readBook(view)
  } finally {
    rmSync(view, { recursive: true })
  }
}
