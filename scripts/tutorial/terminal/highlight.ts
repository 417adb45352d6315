// Code in colours, by a few regular expressions: enough to tell comments, strings, numbers and keywords apart, and at once,
// where a real grammar takes longer to load than the chapter to read.

import type { Look, Span } from './paint.ts'

const keywords =
  'abstract as async await break case catch class const continue default delete do else enum export extends false finally for from function get if implements import in instanceof interface keyof let namespace new null of private protected public readonly return satisfies set static super switch this throw true try type typeof undefined using var void while yield'

interface Rule {
  readonly look: Look
  readonly pattern: RegExp
}

const word = (words: string) => new RegExp(`(?<![\\w.$])(?:${words.replaceAll(' ', '|')})(?![\\w$])`)
const number: Rule = { look: 'number', pattern: /\b(?:0x[\da-f_]+n?|\d[\d_]*(?:\.\d+)?(?:e[-+]?\d+)?n?)\b/i }
const quoted: Rule = { look: 'string', pattern: /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"/ }

const c: readonly Rule[] = [
  { look: 'comment', pattern: /\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/ },
  quoted,
  { look: 'string', pattern: /`(?:\\[\s\S]|[^`\\])*`/ },
  {
    look: 'string',
    pattern: /(?<=[(=:,?!&|+[]\s*|\breturn\s+)\/(?![/*])(?:\\.|\[(?:\\.|[^\]\n])*\]|[^/\\\n])+\/[a-z]*/,
  },
  { look: 'keyword', pattern: word(keywords) },
  number,
]
const shell: readonly Rule[] = [
  { look: 'comment', pattern: /(?<=^|\s)#[^\n]*/ },
  quoted,
  {
    look: 'keyword',
    pattern: word('if then else elif fi for in do done while until case esac function exit set'),
  },
]
const diff: readonly Rule[] = [
  { look: 'good', pattern: /^\+[^\n]*/m },
  { look: 'bad', pattern: /^-[^\n]*/m },
  { look: 'faint', pattern: /^@@[^\n]*/m },
]
const json: readonly Rule[] = [quoted, { look: 'keyword', pattern: word('true false null') }, number]

const languages: Readonly<Record<string, readonly Rule[]>> = {
  ...Object.fromEntries(
    ['ts', 'js', 'cjs', 'mjs', 'typescript', 'javascript', 'c', 'go'].map((name) => [name, c]),
  ),
  ...Object.fromEntries(['sh', 'bash', 'shell'].map((name) => [name, shell])),
  diff,
  json,
}

/** The lines of a piece of code. */
export function highlight(code: string, language: string): Span[][] {
  const lines: Span[][] = [[]]
  for (const { text, looks } of pieces(code, languages[language] ?? [])) {
    for (const [index, part] of text.split('\n').entries()) {
      if (index > 0) lines.push([])
      if (part !== '') lines.at(-1)!.push({ text: part, looks })
    }
  }
  return lines
}

function* pieces(code: string, rules: readonly Rule[]): Generator<Span> {
  if (rules.length === 0) return yield { text: code, looks: [] }
  const flags = [...new Set(rules.flatMap(({ pattern }) => [...pattern.flags]))].join('')
  const all = new RegExp(rules.map(({ pattern }) => `(${pattern.source})`).join('|'), `g${flags}`)
  let end = 0
  for (const match of code.matchAll(all)) {
    yield { text: code.slice(end, match.index), looks: [] }
    const rule = rules[match.slice(1).findIndex((group) => group !== undefined)]!
    yield { text: match[0], looks: [rule.look] }
    end = match.index + match[0].length
  }
  yield { text: code.slice(end), looks: [] }
}
