// Templates in the notation of Go's text/template, as far as a command line has use for them: text with actions between
// `{{` and `}}`. Here they are read; template.ts fills them in. Source: pkg.go.dev/text/template

export type Node =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'action'; readonly pipe: Pipe }
  | {
      readonly kind: 'if' | 'with' | 'range'
      readonly pipe: Pipe
      readonly body: readonly Node[]
      readonly otherwise: readonly Node[]
    }

/** Commands, each of which gets the value of the one before as its last argument; and the variables that it sets. */
export interface Pipe {
  readonly variables: readonly string[]
  readonly commands: readonly (readonly Term[])[]
}

export type Term =
  | { readonly kind: 'value'; readonly value: string | number | boolean | null }
  | { readonly kind: 'function'; readonly name: string }
  /** `.A.B`, `$x.A`, `(…).A`: fields of what `of` is, which is the dot itself if it says nothing. */
  | {
      readonly kind: 'fields'
      readonly of?: Pipe | string
      readonly names: readonly string[]
      readonly text: string
      /** Where it stands in the template, as Go's error messages count: the second field if there is one. */
      readonly at: number
    }

/** The template is none. */
export class TemplateError extends Error {}

interface Token {
  readonly text: string
  readonly at: number
}

interface Piece {
  readonly isAction: boolean
  readonly text: string
  readonly at: number
}

/** @throws TemplateError in Go's words */
export function parseTemplate(template: string): Node[] {
  const pieces = split(template)
  let next = 0

  /** Nodes up to the `end` or `else` that belongs to them. */
  const block = (isInner: boolean): { nodes: Node[]; end: Token[] } => {
    const nodes: Node[] = []
    while (next < pieces.length) {
      const piece = pieces[next++]!
      if (!piece.isAction) {
        nodes.push({ kind: 'text', text: piece.text })
        continue
      }
      if (/^\/\*.*\*\/$/s.test(piece.text.trim())) continue
      const tokens = tokensOf(piece)
      const word = tokens[0]?.text
      if (word === 'end' || word === 'else') {
        if (!isInner) throw new TemplateError(`template: :1: unexpected {{${word}}}`)
        return { nodes, end: tokens }
      }
      if (word === 'if' || word === 'with' || word === 'range') nodes.push(control(word, tokens.slice(1)))
      else nodes.push({ kind: 'action', pipe: parsePipe(tokens, piece) })
    }
    if (isInner) throw new TemplateError('template: :1: unexpected EOF')
    return { nodes, end: [] }
  }

  const control = (kind: 'if' | 'with' | 'range', tokens: Token[]): Node => {
    const pipe = parsePipe(tokens, undefined)
    const { nodes: body, end } = block(true)
    if (end[0]!.text === 'end') return { kind, pipe, body, otherwise: [] }
    const word = end[1]?.text
    // `{{else if …}}` ends with the same `{{end}}`
    if (word === 'if' || word === 'with')
      return { kind, pipe, body, otherwise: [control(word, end.slice(2))] }
    return { kind, pipe, body, otherwise: block(true).nodes }
  }
  return block(false).nodes
}

/** Text and actions; `{{-` and `-}}` take the white space beside them away. */
function split(template: string): Piece[] {
  const pieces: Piece[] = []
  let at = 0
  let trims = false
  const text = (end: number, trimsEnd: boolean) => {
    const part = template.slice(at, end)
    const start = trims ? part.trimStart() : part
    if (start !== '') pieces.push({ isAction: false, text: trimsEnd ? start.trimEnd() : start, at })
  }
  for (;;) {
    const open = template.indexOf('{{', at)
    if (open === -1) break
    const rest = template.slice(open + 2)
    const [whole, inner] = /^((?:"(?:\\.|[^"\\])*"|`[^`]*`|(?!\}\})[^"`])*)\}\}/s.exec(rest) ?? []
    if (whole === undefined || inner === undefined) throw new TemplateError('template: :1: unclosed action')
    const trimsStart = /^-\s/.test(inner)
    text(open, trimsStart)
    trims = /\s-$/.test(inner)
    const action = inner.replace(/^-(?=\s)/, ' ').replace(/(?<=\s)-$/, ' ')
    pieces.push({ isAction: true, text: action, at: open + 2 })
    at = open + 2 + whole.length
  }
  text(template.length, false)
  return pieces
}

const token = /"(?:\\.|[^"\\])*"|`[^`]*`|:=|[|(),=]|\$\w*|(?:\.\w+)|\.|-?\d+(?:\.\d+)?|\w+|\S/y

function tokensOf({ text, at }: Piece): Token[] {
  const tokens: Token[] = []
  for (token.lastIndex = 0; token.lastIndex < text.length; ) {
    const blank = /\s*/y
    blank.lastIndex = token.lastIndex
    const start = token.lastIndex + blank.exec(text)![0].length
    if (start >= text.length) break
    token.lastIndex = start
    tokens.push({ text: token.exec(text)![0], at: at + start })
  }
  return tokens
}

function parsePipe(tokens: readonly Token[], piece: Piece | undefined): Pipe {
  let next = 0
  const peek = () => tokens[next]?.text
  const touches = () => next > 0 && tokens[next]?.at === tokens[next - 1]!.at + tokens[next - 1]!.text.length

  const pipe = (isInner: boolean): Pipe => {
    const variables: string[] = []
    const mark = next
    while (peek()?.startsWith('$')) {
      variables.push(tokens[next++]!.text)
      if (peek() === ',') next++
      else break
    }
    const sets = peek() === ':=' || peek() === '='
    if (sets) next++
    else next = mark
    const commands: Term[][] = [[]]
    for (;;) {
      const word = peek()
      if (word === undefined || (isInner && word === ')')) break
      if (word === '|') {
        next++
        commands.push([])
      } else commands.at(-1)!.push(term())
    }
    if (commands.some((command) => command.length === 0))
      throw new TemplateError('template: :1: missing value for command')
    return { variables: sets ? variables : [], commands }
  }

  const term = (): Term => {
    const { text, at } = tokens[next++]!
    if (/^["`]/.test(text)) return { kind: 'value', value: unquoted(text) }
    if (/^-?\d/.test(text)) return { kind: 'value', value: Number(text) }
    if (text === 'true' || text === 'false') return { kind: 'value', value: text === 'true' }
    if (text === 'nil') return { kind: 'value', value: null }
    if (text === '(') {
      const inner = pipe(true)
      if (tokens[next++]?.text !== ')') throw new TemplateError('template: :1: unclosed left paren')
      return fields(at, inner)
    }
    if (text.startsWith('$')) return fields(at, text)
    if (text.startsWith('.')) return fields(at, undefined, text === '.' ? [] : [text.slice(1)])
    if (/^\w+$/.test(text)) return { kind: 'function', name: text }
    throw new TemplateError(`template: :1: unexpected ${JSON.stringify(text)} in command`)
  }

  const fields = (start: number, of: Pipe | string | undefined, names: string[] = []): Term => {
    let at = start
    const first = next - 1
    while (/^\.\w/.test(peek() ?? '') && touches()) {
      if (names.length === 1) at = tokens[next]!.at
      names.push(tokens[next++]!.text.slice(1))
    }
    const text = tokens
      .slice(first, next)
      .map((one) => one.text)
      .join('')
    return { kind: 'fields', of, names, text, at }
  }

  if (tokens.length === 0) throw new TemplateError('template: :1: missing value for command')
  const found = pipe(false)
  if (next < tokens.length)
    throw new TemplateError(`template: :1: unexpected ${JSON.stringify(peek())} in ${piece?.text.trim()}`)
  return found
}

function unquoted(text: string): string {
  if (text.startsWith('`')) return text.slice(1, -1)
  const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' }
  return text.slice(1, -1).replaceAll(/\\(.)/gs, (_, character: string) => escapes[character] ?? character)
}
