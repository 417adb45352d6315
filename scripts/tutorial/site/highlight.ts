// Code in colours. Shiki finds out what each word is; the page's own style sheet says what colour that has in light and in
// dark, so a word costs a class of one letter and no colour is written into a page.

import { createCssVariablesTheme, createHighlighterCore } from 'shiki/core'
import { createJavaScriptRegexEngine } from 'shiki/engine/javascript'
import { escaped } from './html.ts'

/** Code and its language → HTML, line by line. */
export type Highlight = (code: string, language: string) => readonly string[]

const theme = createCssVariablesTheme({ name: 'book', variablePrefix: '--', fontStyle: false })

/** What shiki's theme calls a kind of word → the class that it gets. The rest is in the colour of the text. */
const classes: Readonly<Record<string, string>> = {
  'var(--token-comment)': 'c',
  'var(--token-keyword)': 'k',
  'var(--token-string-expression)': 's',
  'var(--token-string)': 's',
  'var(--token-constant)': 'n',
  'var(--token-function)': 'f',
  'var(--token-parameter)': 'p',
  'var(--token-inserted)': 'i',
  'var(--token-deleted)': 'd',
}

const grammars: Readonly<Record<string, string>> = {
  ts: 'typescript',
  cjs: 'typescript',
  js: 'typescript',
  typescript: 'typescript',
  sh: 'shellscript',
  bash: 'shellscript',
  shell: 'shellscript',
  json: 'json',
  diff: 'diff',
  c: 'c',
}

export async function createHighlight(): Promise<Highlight> {
  const highlighter = await createHighlighterCore({
    themes: [theme],
    langs: [
      import('shiki/langs/typescript.mjs'),
      import('shiki/langs/shellscript.mjs'),
      import('shiki/langs/json.mjs'),
      import('shiki/langs/diff.mjs'),
      import('shiki/langs/c.mjs'),
    ],
    engine: createJavaScriptRegexEngine(),
  })
  // the same code stands on the page of its chapter, on that of its source and in the printed book
  const known = new Map<string, readonly string[]>()
  return (code, language) => {
    const lang = grammars[language]
    if (lang === undefined) return code.split('\n').map(escaped)
    const key = `${lang}\n${code}`
    const found = known.get(key)
    if (found) return found
    const { tokens } = highlighter.codeToTokens(code, { lang, theme: 'book' })
    const lines = tokens.map((line) =>
      line
        .map(({ content, color = '' }) => {
          const kind = classes[color]
          return kind && content.trim() ? `<i class="${kind}">${escaped(content)}</i>` : escaped(content)
        })
        .join(''),
    )
    known.set(key, lines)
    return lines
  }
}
