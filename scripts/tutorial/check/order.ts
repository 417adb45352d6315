// That every chapter has the same parts in the same order, so that a reader who has read one finds the way in all.

import { countWords, type Page, plainText, walk } from '../page.ts'
import type { Fault } from './fault.ts'

export const sections = [
  'The problem',
  'The idea',
  'The code',
  'Try it',
  'What happened in the kernel',
  'If it fails',
  'What the others do',
  'Read the real thing',
  'Exercises',
  'Next',
]
const promises = ['Goal', 'Time', 'Needs']
const words = { least: 1500, most: 3000 }
const leastDiagrams = 2

export function orderFaults(page: Page, number: number): Fault[] {
  return [
    ...titleFaults(page, number),
    ...promiseFaults(page),
    ...sectionFaults(page),
    ...lengthFaults(page),
    ...diagramFaults(page),
  ]
}

function titleFaults({ path, headings }: Page, number: number): Fault[] {
  const [title, ...more] = headings.filter(({ depth }) => depth === 1)
  const wanted = `a chapter begins with the heading \`# ${number}. Title\``
  if (!title) return [{ path, line: 1, text: `${wanted}.` }]
  const isRight = title === headings[0] && new RegExp(`^${number}\\. \\S`).test(title.text)
  return [
    ...(isRight ? [] : [{ path, line: title.line, text: `${wanted}, and not with \`${title.text}\`.` }]),
    ...more.map(({ line }) => ({ path, line, text: 'a chapter has one heading of the first level only.' })),
  ]
}

/** `**Goal** …`, `**Time** …`, `**Needs** …` between title and first section, each on a line of its own when it is shown. */
function promiseFaults(page: Page): Fault[] {
  const end = page.headings.find(({ depth }) => depth > 1)?.line ?? Number.POSITIVE_INFINITY
  const found: { readonly name: string; readonly line: number }[] = []
  const faults: Fault[] = []
  for (const { token, line } of walk(page.tokens)) {
    if (line >= end || !('tokens' in token) || !token.tokens) continue
    for (const [index, part] of token.tokens.entries()) {
      if (part.type !== 'strong' || !promises.includes(part.text)) continue
      const before = token.tokens[index - 1]
      const at = line + plainLines(token.tokens.slice(0, index))
      found.push({ name: part.text, line: at })
      if (before && before.type !== 'br')
        faults.push({
          path: page.path,
          line: at,
          text: `${part.text} runs on in the line above when it is shown: end that line with a backslash.`,
        })
      const rest = plainText(token.tokens.slice(index + 1)).trim()
      if (rest === '') faults.push({ path: page.path, line: at, text: `nothing stands behind ${part.text}.` })
    }
  }
  if (found.map(({ name }) => name).join() !== promises.join())
    faults.push({
      path: page.path,
      line: found[0]?.line ?? 1,
      text: 'below its title a chapter has the lines **Goal** …, **Time** …, **Needs** …, in this order.',
    })
  return faults
}

const plainLines = (tokens: readonly { raw: string }[]) =>
  tokens.reduce((count, { raw }) => count + raw.split('\n').length - 1, 0)

function sectionFaults({ path, headings }: Page): Fault[] {
  const found = headings.filter(({ depth }) => depth === 2)
  const missing = sections.filter((name) => !found.some(({ text }) => text === name))
  const known = found.filter(({ text }) => sections.includes(text))
  const misplaced = known.find(
    ({ text }, index) => index > 0 && sections.indexOf(text) <= sections.indexOf(known[index - 1]!.text),
  )
  return [
    ...missing.map((name) => ({ path, line: 1, text: `the section \`## ${name}\` is missing.` })),
    ...found
      .filter(({ text }) => !sections.includes(text))
      .map(({ text, line }) => ({
        path,
        line,
        text: `\`## ${text}\` is no section of a chapter: use \`###\` within one of them.`,
      })),
    ...(misplaced
      ? [{ path, line: misplaced.line, text: `\`## ${misplaced.text}\` stands too late, or twice.` }]
      : []),
  ]
}

function lengthFaults(page: Page): Fault[] {
  const count = countWords(page)
  if (count >= words.least && count <= words.most) return []
  const text = `the chapter has ${count} words; it should be ${words.least} to ${words.most}.`
  return [{ path: page.path, line: 1, text }]
}

function diagramFaults(page: Page): Fault[] {
  const shown = new Set(page.links.filter(({ isImage }) => isImage).map(({ href }) => href))
  const count = [...shown].filter((href) => href.startsWith('diagrams/')).length
  if (count >= leastDiagrams) return []
  return [
    {
      path: page.path,
      line: 1,
      text: `the chapter shows ${count} diagrams; it needs at least ${leastDiagrams}.`,
    },
  ]
}
