// The page of a chapter.

import type { Token, Tokens } from 'marked'
import type { Chapter } from '../book.ts'
import { escaped, splitTitle, spoken } from './html.ts'
import { toHtml } from './markdown.ts'
import { isHeading, type Prose, paragraph, readProse, withoutTitle } from './prose.ts'
import type { Sheet } from './sheet.ts'

/** What a page says about itself, to be put into the frame that all pages have. */
export interface Content {
  readonly title: string
  readonly main: string
  /** The chapter that it belongs to: the contents open there. */
  readonly chapter?: Chapter
}

export function chapterPage(sheet: Sheet, chapter: Chapter): Content {
  const prose = readProse(chapter.path, chapter.markdown)
  const main = chapterArticle(sheet, chapter, prose) + tick(chapterKey(chapter), 'I have read this chapter')
  return { title: `${chapter.number}. ${chapter.title}`, main, chapter }
}

/** The chapter as it stands on its page and in the printed book. */
export function chapterArticle(
  sheet: Sheet,
  chapter: Chapter,
  prose = readProse(chapter.path, chapter.markdown),
): string {
  const { facts, rest } = factsOf(withoutTitle(prose))
  const list = facts.map(({ name, tokens }) => ({ name, html: toHtml(sheet, prose, [paragraph(tokens)]) }))
  return `${opening(`Chapter ${chapter.number}`, chapter.title, list)}${toHtml(sheet, prose, rest)}`
}

/** The head of a page: what it is, its title, and the few things to know before one begins. */
export function opening(
  kind: string,
  title: string,
  facts: readonly { readonly name: string; readonly html: string }[] = [],
): string {
  const { name, about } = splitTitle(title)
  const subtitle = about && `${spoken(': ')}<span class="about">${escaped(about)}</span>`
  const rows = facts.map((fact) => `<div><dt>${escaped(fact.name)}</dt><dd>${fact.html.trim()}</dd></div>`)
  return `<header class="opening"><p class="kind">${escaped(kind)}</p><h1>${escaped(name)}${subtitle}</h1>${
    rows.length ? `<dl class="facts">${rows.join('')}</dl>` : ''
  }</header>\n`
}

export const chapterKey = (chapter: Chapter) => chapter.slug.slice(0, 2)

/** A box for the reader to tick. What is ticked is kept by the browser: without JavaScript there is no box. */
export const tick = (key: string, text: string) =>
  `<p class="tick"><label><input type="checkbox" data-tick="${key}"> ${escaped(text)}</label></p>\n`

/** The mark that a box leaves beside every link to what was ticked. */
export const ticked = (key: string) =>
  `<span class="ticked" data-ticked="${key}" hidden>${spoken(' (done)')}</span>`

interface Fact {
  readonly name: string
  readonly tokens: Token[]
}

/** `**Goal** …`, `**Time** …` and `**Needs** …`: above the first section, as paragraphs or as lines of one. */
export function factsOf(tokens: readonly Token[]): {
  readonly facts: readonly Fact[]
  readonly rest: readonly Token[]
} {
  const facts: Fact[] = []
  const first = tokens.findIndex(isHeading)
  const rest = tokens.filter((token, at) => {
    if (at > first && first >= 0) return true
    if (token.type !== 'paragraph' || !factName((token as Tokens.Paragraph).tokens[0])) return true
    for (const inline of (token as Tokens.Paragraph).tokens) {
      const name = factName(inline)
      if (name) facts.push({ name, tokens: [] })
      else facts.at(-1)?.tokens.push(inline)
    }
    return false
  })
  return { facts, rest }
}

function factName(token?: Token): string | undefined {
  return token?.type === 'strong' && /^(Goal|Time|Needs):?$/.test(token.text)
    ? token.text.replace(':', '')
    : undefined
}

/** The sentence of a chapter's goal, as Markdown would have it in a line. */
export function goalOf(sheet: Sheet, prose: Prose): string {
  const goal = factsOf(withoutTitle(prose)).facts.find(({ name }) => name === 'Goal')
  return goal ? toHtml(sheet, prose, [paragraph(goal.tokens)]).trim() : ''
}
