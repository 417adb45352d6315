// Blocks of ```console in the prose: commands, each after a prompt, and what they print. `$ ` is anybody's prompt, `# `
// root's. In the output, … stands for anything within a line, and a line that is only … for any number of lines.
// ```console cgroup=v2 (or v1) is for hosts with that version only.

export interface Command {
  readonly root: boolean
  /** Where it stands in its block: 1 is the first line. */
  readonly row: number
  readonly line: string
  /** What it prints, with … for what varies. */
  readonly output: string
}

export interface ConsoleBlock {
  readonly cgroup?: 'v1' | 'v2'
  readonly commands: readonly Command[]
}

/** @param info what stands behind the ```: undefined is returned if that is not `console` */
export function parseConsole(info: string, text: string): ConsoleBlock | undefined {
  const [, cgroup] = /^console(?: cgroup=(v1|v2))?$/.exec(info) ?? []
  if (!/^console\b/.test(info)) return undefined
  const commands: { root: boolean; row: number; line: string; output: string[] }[] = []
  for (const [index, line] of text.split('\n').entries()) {
    const [, prompt, command] = /^([$#]) (.*)$/.exec(line) ?? []
    const last = commands.at(-1)
    if (command !== undefined)
      commands.push({ root: prompt === '#', row: index + 1, line: command, output: [] })
    else if (last?.line.endsWith('\\') && last.output.length === 0) last.line += `\n${line}`
    else if (last) last.output.push(line)
    else throw new Error(`a console block begins with a prompt, and not with: ${line}`)
  }
  return {
    cgroup: cgroup as ConsoleBlock['cgroup'],
    commands: commands.map(({ output, ...command }) => ({ ...command, output: output.join('\n') })),
  }
}

/** Does what was printed look as the prose says? Spaces at the ends of lines and empty lines around it do not count. */
export function matches(expected: string, printed: string): boolean {
  const [wanted, found] = [linesOf(expected), linesOf(printed)]
  // as far as it goes without the last …, and from there on with ever more lines for it: no more than m × n steps
  let [at, next] = [0, 0]
  let lastDots: { readonly at: number; next: number } | undefined
  while (next < found.length) {
    if (isDots(wanted[at])) lastDots = { at: at++, next }
    else if (at < wanted.length && lineMatches(wanted[at]!, found[next]!)) [at, next] = [at + 1, next + 1]
    else if (lastDots) [at, next] = [lastDots.at + 1, ++lastDots.next]
    else return false
  }
  return wanted.slice(at).every(isDots)
}

/** The same for one line, in which … stands for anything. */
export function lineMatches(expected: string, printed: string): boolean {
  const [first = '', ...rest] = expected.split('…')
  const last = rest.pop()
  if (last === undefined) return printed === expected
  // what stands for nothing takes the space before it along
  if (last === '' && lineMatches(expected.slice(0, -1).trimEnd(), printed)) return true
  if (!printed.startsWith(first)) return false
  let at = first.length
  for (const part of rest) {
    const found = printed.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return printed.length - last.length >= at && printed.endsWith(last)
}

/** A line that stands for any number of lines. */
export const isDots = (line: string | undefined) => line?.trim() === '…'

/** What is compared: no spaces at the ends, and no empty lines before the first and after the last one with text. */
export function linesOf(text: string): string[] {
  const lines = text.split('\n').map((line) => line.trimEnd())
  const first = lines.findIndex((line) => line !== '')
  return first < 0 ? [] : lines.slice(first, lines.findLastIndex((line) => line !== '') + 1)
}
