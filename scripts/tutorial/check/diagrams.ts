// That every drawing is right and shown: NAME.txt keeps to its form, NAME.svg is what becomes of it, and a page has the
// picture, with words for those who do not see it.

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { looseEnds, parseDrawing } from '../diagram/drawing.ts'
import { drawDiagram } from '../diagram.ts'
import type { Page } from '../page.ts'
import type { Fault } from './fault.ts'

const width = 78
const leastAltText = 40
/** Chinese, Japanese, Korean, and most of the small pictures. */
const wide = /[\u{1100}-\u{115f}\u{2e80}-\u{a4cf}\u{ac00}-\u{d7a3}\u{ff00}-\u{ff60}\u{1f000}-\u{1faff}]/u

/** The drawings of a page, as paths without `.txt`. */
function namesIn(root: string, folder: string, ending: string): string[] {
  if (!existsSync(join(root, folder))) return []
  return readdirSync(join(root, folder))
    .filter((name) => name.endsWith(ending))
    .map((name) => name.slice(0, -ending.length))
    .sort()
}

/** Make the pictures of all drawings in a folder. One with a fault is made as well as it can be. */
export function drawAll(root: string, folder: string): void {
  for (const name of namesIn(root, folder, '.txt')) {
    const path = join(root, folder, `${name}.svg`)
    const svg = drawDiagram(readFileSync(join(root, folder, `${name}.txt`), 'utf8'))
    if (!existsSync(path) || readFileSync(path, 'utf8') !== svg) writeFileSync(path, svg)
  }
}

/**
 * @param page the one beside the folder `diagrams`
 * @param others that lie there too, and may show its drawings
 */
export function diagramFaults(root: string, page: Page, others: readonly Page[] = []): Fault[] {
  const folder = page.path.replace(/README\.md$/, 'diagrams')
  const names = namesIn(root, folder, '.txt')
  return [
    ...names.flatMap((name) => {
      const path = `${folder}/${name}.txt`
      const text = readFileSync(join(root, path), 'utf8')
      return [
        ...formFaults(path, text),
        ...pictureFaults(root, path, text),
        ...useFaults([page, ...others], path, name),
      ]
    }),
    ...namesIn(root, folder, '.svg')
      .filter((name) => !names.includes(name))
      .map((name) => ({
        path: `${folder}/${name}.svg`,
        line: 1,
        text: `there is no ${name}.txt that this picture is made from.`,
      })),
    ...[page, ...others].flatMap(altFaults),
  ]
}

function formFaults(path: string, text: string): Fault[] {
  const lines = text.split('\n')
  const at = (line: number, sentence: string) => ({ path, line, text: sentence })
  if (!lines[0]?.trim() || lines[1]?.trim() !== '')
    return [at(1, 'a drawing begins with its title and an empty line.')]
  const outOfPlace = lines.flatMap((line, index) => {
    if (line.includes('\t'))
      return [at(index + 1, 'a drawing has no tabs, for nobody knows how wide they are.')]
    if (wide.test(line)) return [at(index + 1, 'this line has a character that is wider than one column.')]
    const columns = [...line.trimEnd()].length
    return columns > width ? [at(index + 1, `this line has ${columns} columns; ${width} is the most.`)] : []
  })
  if (outOfPlace.length > 0) return outOfPlace
  return looseEnds(parseDrawing(text)).map(({ line, column, character }) =>
    at(line, `the ${character} in column ${column} leads to nothing on one of its sides.`),
  )
}

function pictureFaults(root: string, path: string, text: string): Fault[] {
  const svg = join(root, path.replace(/txt$/, 'svg'))
  if (existsSync(svg) && readFileSync(svg, 'utf8') === drawDiagram(text)) return []
  return [{ path, line: 1, text: 'its picture is missing or old: `npm run format` draws it.' }]
}

function useFaults(pages: readonly Page[], path: string, name: string): Fault[] {
  const links = pages.flatMap((page) => page.links)
  if (links.some(({ href, isImage }) => isImage && href === `diagrams/${name}.svg`)) return []
  return [
    { path, line: 1, text: `${pages[0]!.path} does not show this drawing: ![…](diagrams/${name}.svg).` },
  ]
}

function altFaults({ path, links }: Page): Fault[] {
  return links
    .filter(({ isImage, text }) => isImage && text.trim().length < leastAltText)
    .map(({ line, href }) => ({
      path,
      line,
      text: `the text of ${href} has to say what the picture shows, in ${leastAltText} characters or more.`,
    }))
}
