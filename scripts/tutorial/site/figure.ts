// Drawings stand in the page itself, so that they take the page's colours, in light and in dark. They are made from the text
// as it is at that moment, as `npm run format` makes the file NAME.svg from it, for GitHub.

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { resolveLink } from '../book.ts'
import { titleHeight } from '../diagram/size.ts'
import { drawDiagram } from '../diagram.ts'
import { attributes, escaped } from './html.ts'
import type { Sheet } from './sheet.ts'

export function figure(sheet: Sheet, path: string, href: string, text: string): string {
  const file = resolveLink(path, href)
  const drawing = readText(sheet.root, file.replace(/\.svg$/, '.txt'))
  if (drawing === undefined) {
    sheet.problems.push(`${path} shows ${href}, and there is no such drawing`)
    return `<p>${escaped(text)}</p>`
  }
  const title = drawing.split('\n')[0]!
  return `<figure class="drawing"><div class="canvas" tabindex="0">${inline(drawDiagram(drawing), text)}</div><figcaption>${escaped(title)}</figcaption></figure>`
}

/** The page has the styles of all drawings once, the title stands below as a caption, and `text` says what is to be seen. */
function inline(svg: string, text: string): string {
  const [, width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg) ?? []
  const size = { width, height: Number(height) - titleHeight }
  const view = `0 ${titleHeight} ${width} ${size.height}`
  return svg
    .replace(/<style>[\s\S]*?<\/style>\n?/, '')
    .replace(/<text class="title"[^>]*>[^<]*<\/text>\n?/, '')
    .replace(/<title>[^<]*<\/title>\n?/, '')
    .replace(
      /<svg\b[^>]*>/,
      `<svg${attributes({ class: 'diagram', role: 'img', 'aria-label': text, ...size, viewBox: view })}>`,
    )
    .trim()
}

function readText(root: string, path: string): string | undefined {
  return existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : undefined
}
