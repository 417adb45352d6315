// How things look in the terminal: their colours, and what takes the place of colours where there are none (NO_COLOR, a file).

import { hostname } from 'node:os'
import { Chalk, type ChalkInstance } from 'chalk'

export type Look =
  | 'strong'
  | 'emphasis'
  | 'deleted'
  | 'code'
  | 'link'
  | 'title'
  | 'heading'
  | 'faint'
  | 'comment'
  | 'string'
  | 'keyword'
  | 'number'
  | 'good'
  | 'bad'
  | 'notice'

/** A piece of text that looks the same throughout. */
export interface Span {
  readonly text: string
  readonly looks: readonly Look[]
  readonly href?: string
}

export interface Paint {
  readonly hasColor: boolean
  readonly hasLinks: boolean
  readonly span: (span: Span) => string
  readonly spans: (spans: readonly Span[]) => string
  readonly as: (look: Look, text: string) => string
}

/** @param level of colours, as chalk counts: 0 is none; it finds out by itself for the standard output */
export function createPaint({ level = colorLevel(), hasLinks = false } = {}): Paint {
  const chalk = new Chalk({ level })
  const looks: Record<Look, ChalkInstance> = {
    strong: chalk.bold,
    emphasis: chalk.italic,
    deleted: chalk.strikethrough,
    code: chalk.cyan,
    link: chalk.underline,
    title: chalk.bold.magenta,
    heading: chalk.bold.cyan,
    faint: chalk.dim,
    comment: chalk.dim,
    string: chalk.green,
    keyword: chalk.magenta,
    number: chalk.yellow,
    good: chalk.green,
    bad: chalk.red,
    notice: chalk.yellow,
  }
  const as = (look: Look, text: string) => (text === '' ? '' : looks[look](text))
  const span = ({ text, looks: own, href }: Span) => {
    const painted = own.reduce((painted, look) => as(look, painted), text)
    return href !== undefined && hasLinks && level > 0
      ? `\x1b]8;;${href}\x1b\\${painted}\x1b]8;;\x1b\\`
      : painted
  }
  const spans = (list: readonly Span[]) => list.map(span).join('')
  return { hasColor: level > 0, hasLinks: hasLinks && level > 0, span, spans, as }
}

export function colorLevel(): 0 | 1 | 2 | 3 {
  if (process.env.NO_COLOR) return 0
  return new Chalk().level as 0 | 1 | 2 | 3
}

/** Terminals do not say whether they know links; these are known to. */
export function terminalHasLinks(env: NodeJS.ProcessEnv = process.env): boolean {
  if (env.TMUX !== undefined || env.TERM?.startsWith('screen')) return false
  return (
    Number(env.VTE_VERSION ?? 0) >= 5000 ||
    /^(iTerm\.app|WezTerm|vscode|ghostty)$/.test(env.TERM_PROGRAM ?? '') ||
    /kitty|alacritty|ghostty|foot/.test(env.TERM ?? '') ||
    env.WT_SESSION !== undefined ||
    env.KONSOLE_VERSION !== undefined
  )
}

/** A file as a link: over SSH, the terminal is on another machine than the file. */
export const fileLink = (path: string) => `file://${hostname()}${encodeURI(path)}`
