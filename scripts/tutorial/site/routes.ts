// Which page shows which file. Pages lie flat beside index.html, those of the sources below source/, under the path that
// the file has in the project. All links are relative, so the site works in any folder and from the disk.

import { statSync } from 'node:fs'
import { posix } from 'node:path'
import type { Beside, Book, Chapter, Exercise } from '../book.ts'

export type Place =
  | { readonly kind: 'front' | 'print' }
  | { readonly kind: 'chapter'; readonly chapter: Chapter }
  | { readonly kind: 'exercise'; readonly chapter: Chapter; readonly exercise: Exercise }
  | { readonly kind: 'source'; readonly path: string }

export const chapterUrl = (chapter: Chapter) => `${chapter.slug}.html`
export const exerciseUrl = (exercise: Exercise) => `${exercise.id}-${exercise.name}.html`
export const besideUrl = ({ path }: Beside) => `source/${path}.html`

/** Many web servers show nothing whose name begins with a dot. */
const dot = '/dot.'

/** The page for a file or folder of the project; an anchor may come with it, where a file is part of a larger page. */
export function urlOf(root: string, path: string): string {
  const clean = path.replace(/\/$/, '')
  if (/^tutorial(\/README\.md)?$/.test(clean)) return 'index.html'
  const [, slug, rest = ''] = /^tutorial\/(\d\d-[\w-]+)(?:\/(.*))?$/.exec(clean) ?? []
  if (slug !== undefined) {
    if (rest === '' || rest === 'README.md') return `${slug}.html`
    if (rest === 'exercises') return `${slug}.html#exercises`
    const [, exercise, file = ''] =
      /^exercises\/(\d-[\w-]+)(?:\/(README|hints|afterwards)\.md)?$/.exec(rest) ?? []
    if (exercise !== undefined) {
      return `${slug.slice(0, 2)}-${exercise}.html${/hints|afterwards/.test(file) ? `#${file}` : ''}`
    }
  }
  const name = `source/${clean}`.replaceAll('/.', dot)
  return isFolder(root, clean) ? `${name}/index.html` : `${name}.html`
}

/** What the page at `url` shows, or undefined if there is no such page. */
export function placeOf(book: Book, url: string): Place | undefined {
  if (url === 'index.html') return { kind: 'front' }
  if (url === 'print.html') return { kind: 'print' }
  for (const chapter of book.chapters) {
    if (url === chapterUrl(chapter)) return { kind: 'chapter', chapter }
    const exercise = chapter.exercises.find((one) => url === exerciseUrl(one))
    if (exercise) return { kind: 'exercise', chapter, exercise }
  }
  const [, path] = /^source\/(.+?)(?:\/index)?\.html$/.exec(url) ?? []
  const file = path && `/${path}`.replaceAll(dot, '/.').slice(1)
  return file !== undefined && isPublic(file) ? { kind: 'source', path: file } : undefined
}

/** `source/src/a.ts.html`, `05-overlay.html#x` → `../../05-overlay.html#x` */
export function relativeUrl(from: string, to: string): string {
  const [, page, anchor] = /^([^#]*)(#.*)?$/.exec(to)!
  if (page === from && anchor !== undefined) return anchor
  return posix.relative(posix.dirname(from), page!) + (anchor ?? '')
}

/** Pages are made of the project's own files: none outside its folder, none that is hidden for good reason, none of other people's. */
export function isPublic(path: string): boolean {
  return (
    posix.normalize(path) === path &&
    !/(^|\/)(\.(?!devcontainer\/|ci\/)|node_modules(\/|$))/.test(path) &&
    !path.startsWith('/')
  )
}

export function isFolder(root: string, path: string): boolean {
  return statSync(posix.join(root, path), { throwIfNoEntry: false })?.isDirectory() ?? false
}
