// Holds the prose to the sources: what a page quotes is what stands there. `filledIn` writes the code into the page;
// `quoteFaults` only looks. Regions that are marked in the sources but quoted nowhere are found in regions.ts.

import type { Code, Page } from '../page.ts'
import { quoted, type Source, sourceOf } from '../quote.ts'
import type { Fault } from './fault.ts'

/** The page with every quotation as its source has it. One whose source is missing stays as it is. */
export function filledIn(root: string, page: Page): string {
  const lines = page.markdown.split('\n')
  // from the last to the first, so that the lines of those above stay where they are
  for (const code of page.codes.toReversed()) {
    const wanted = wantedText(root, code)
    if (wanted === undefined || wanted instanceof Error || wanted === code.text) continue
    const [, before, info] = /^(.*?)`{3,}(.*)$/.exec(lines[code.line - 1]!) ?? []
    if (before === undefined) continue
    const end = lines.findIndex((line, index) => index >= code.line && /^[\s>]*`{3,}\s*$/.test(line))
    if (end < 0) continue
    const indent = before.replace(/[^>]/g, ' ')
    const inside = wanted.split('\n').map((line) => `${indent}${line}`.trimEnd())
    const mark = '`'.repeat(longestTicks(wanted) + 1)
    lines.splice(code.line - 1, end - code.line + 2, `${before}${mark}${info}`, ...inside, indent + mark)
  }
  return lines.join('\n')
}

export function quoteFaults(root: string, page: Page): Fault[] {
  return page.codes.flatMap((code): Fault[] => {
    const wanted = wantedText(root, code)
    const at = { path: page.path, line: code.line }
    if (wanted instanceof Error) return [{ ...at, text: `${wanted.message}.` }]
    if (wanted === undefined || wanted === code.text) return []
    const source = code.info!.slice('ts '.length)
    return [{ ...at, text: `this is not what ${source} says now; \`npm run format\` fills it in.` }]
  })
}

/** What the pages quote. */
export function quotations(pages: readonly Page[]): Source[] {
  return pages.flatMap(({ codes }) => codes).flatMap(({ info }) => sourceOf(info ?? '') ?? [])
}

/** undefined for a block that quotes nothing. */
function wantedText(root: string, { info }: Code): string | undefined | Error {
  const source = info === undefined ? undefined : sourceOf(info)
  if (!source) return undefined
  try {
    return quoted(root, source)
  } catch (error) {
    return error as Error
  }
}

function longestTicks(text: string): number {
  return Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length))
}
