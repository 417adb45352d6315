// What the search knows: one entry for each section of a chapter, of a page beside it and of an exercise (without its hints and solution). It is
// a script and not JSON, since a page opened from the disk may load scripts and nothing else.

import type { Token } from 'marked'
import type { Book } from '../book.ts'
import { quoted, sourceOf } from '../quote.ts'
import { splitTitle } from './html.ts'
import { plain, readProse } from './prose.ts'
import { chapterUrl, exerciseUrl, urlOf } from './routes.ts'

/** Address, page, section (empty for the page itself), text. */
type Entry = readonly [url: string, page: string, section: string, text: string]

export function searchScript(root: string, book: Book): string {
  const entries = entriesOf(root, book)
  return `globalThis.searchEntries = [\n${entries.map((entry) => JSON.stringify(entry)).join(',\n')}\n]\n`
}

export function entriesOf(root: string, book: Book): readonly Entry[] {
  const pages = book.chapters.flatMap((chapter) => [
    {
      url: chapterUrl(chapter),
      page: `${chapter.number}. ${splitTitle(chapter.title).name}`,
      prose: readProse(chapter.path, chapter.markdown),
    },
    ...chapter.beside.map(({ title, path, markdown }) => ({
      url: urlOf(root, path),
      page: `${chapter.number}. ${title}`,
      prose: readProse(path, markdown),
    })),
    ...chapter.exercises.map((exercise) => ({
      url: exerciseUrl(exercise),
      page: `${exercise.id} ${exercise.title}`,
      prose: readProse(exercise.folder, exercise.task),
    })),
  ])
  return pages.flatMap(({ url, page, prose }) =>
    prose.sections.map(({ id, title, depth, tokens }): Entry => {
      const text = tokens.map((token) => textOf(root, token)).join(' ')
      const about = depth === 1 ? splitTitle(title).about : ''
      return [
        depth === 1 ? url : `${url}#${id}`,
        page,
        depth === 1 ? '' : title,
        `${about} ${text}`.replaceAll(/\s+/g, ' ').trim(),
      ]
    }),
  )
}

/** Quoted code is found by what the source says, as it is on the page. */
function textOf(root: string, token: Token): string {
  const source = token.type === 'code' ? sourceOf(token.lang ?? '') : undefined
  if (!source) return plain([token])
  try {
    return `${source.path} ${quoted(root, source)}`
  } catch {
    return plain([token])
  }
}
