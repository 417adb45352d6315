// The pages of the project's own files: code with its lines numbered and its names as anchors, folders with what each file
// is for, and prose that is no part of the course.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Book } from '../book.ts'
import { sourceOf } from '../quote.ts'
import { breakable } from './blocks.ts'
import type { Content } from './chapter.ts'
import { escaped, splitTitle } from './html.ts'
import { toHtml } from './markdown.ts'
import { readProse } from './prose.ts'
import { isFolder, isPublic } from './routes.ts'
import { linkTo, type Sheet } from './sheet.ts'

export function sourcePage(sheet: Sheet, book: Book, path: string): Content {
  if (isFolder(sheet.root, path)) return folderPage(sheet, path)
  const text = readFileSync(join(sheet.root, path), 'utf8').trimEnd()
  if (path.endsWith('.md')) {
    const prose = readProse(path, text)
    const chapter = book.chapters.find(({ beside }) => beside.some((page) => page.path === path))
    return { title: prose.sections[0]?.title ?? path, main: toHtml(sheet, prose), chapter }
  }
  const lines = sheet.highlight(text, /\.(\w+)$/.exec(path)?.[1] ?? 'text')
  const names = namesIn(text)
  const code = lines.map((line, at) => {
    const name = names.get(at)
    return `<span class="line" id="L${at + 1}">${name === undefined ? '' : `<span id="${name}"></span>`}${line}\n</span>`
  })
  const main = `<h1 class="path">${breakable(path)}</h1>${quotedIn(sheet, book, path)}
<figure class="code source wide"><button class="copy" type="button"><span>Copy</span><span class="spoken"> the whole file</span></button><pre tabindex="0"><code>${code.join('')}</code></pre></figure>`
  return { title: path, main }
}

function folderPage(sheet: Sheet, path: string): Content {
  const names = readdirSync(join(sheet.root, path)).filter(
    (name) => isPublic(`${path}/${name}`) && isText(name),
  )
  const rows = names.map((name) => {
    const file = `${path}/${name}`
    const href = linkTo(sheet, file)
    return `<tr><td><a href="${escaped(href)}">${escaped(name)}</a></td><td>${escaped(purposeOf(sheet.root, file))}</td></tr>`
  })
  const main = `<h1 class="path">${breakable(path)}</h1>
<div class="table" tabindex="0"><table class="files"><tbody>${rows.join('\n')}</tbody></table></div>`
  return { title: path, main }
}

/** Files and folders that can be shown; a name without an ending is a folder or a program. */
const isText = (name: string) =>
  /^[\w-]+(\.[\w-]+)*$/.test(name) && !/\.(png|gz|tar|tgz|test\.ts)$/.test(name)

/** The first sentence of the comment that a file opens with; the command that runs it, for a chapter's program. */
function purposeOf(root: string, path: string): string {
  if (isFolder(root, path)) return ''
  const [comment] = /^(\/\/.*\n)+/.exec(readFileSync(join(root, path), 'utf8')) ?? ['']
  const text = comment
    .replaceAll(/^\/\/ ?/gm, '')
    .replace(/^(npx|npm) .*\n/, '')
    .trim()
    .split('\n\n')[0]!
  return /^[\s\S]*?[.:](?=\s|$)/.exec(text)?.[0].replace(/:$/, '.').replaceAll('\n', ' ') ?? ''
}

/** Line → the name that quotations use for what begins there: a region, or a declaration. */
function namesIn(text: string): Map<number, string> {
  const names = new Map<number, string>()
  for (const [at, line] of text.split('\n').entries()) {
    const [, region] = /^\s*\/\/ #region (\S+)/.exec(line) ?? []
    const [, declared] =
      /^(?:export )?(?:async )?(?:function\*?|const|let|interface|type|class) (\w+)/.exec(line) ?? []
    const name = region ?? declared
    if (name !== undefined && ![...names.values()].includes(name)) names.set(at, name)
  }
  return names
}

/** Where the course quotes the file: the way back from the code to the prose. */
function quotedIn(sheet: Sheet, book: Book, path: string): string {
  const links = book.chapters.flatMap((chapter) =>
    readProse(chapter.path, chapter.markdown)
      .sections.filter(({ tokens }) =>
        tokens.some((one) => one.type === 'code' && sourceOf(one.lang ?? '')?.path === path),
      )
      .map(({ id, title }) => {
        const href = linkTo(sheet, chapter.path, id)
        return `<a href="${href}">${chapter.number}. ${escaped(splitTitle(chapter.title).name)}: ${escaped(title)}</a>`
      }),
  )
  return links.length === 0 ? '' : `<p class="quoted-in">Quoted in ${links.join(', ')}</p>`
}
