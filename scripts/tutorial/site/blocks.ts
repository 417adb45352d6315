// Blocks of code: quotations with their source above them, commands with what they print, and all other code.

import { parseConsole } from '../console.ts'
import { quoted, sourceOf } from '../quote.ts'
import { attributes, escaped, spoken } from './html.ts'
import { linkTo, type Sheet } from './sheet.ts'

/** Output of more lines than this is folded: the reader should see it on their own screen first. */
const shortOutput = 6

/** @param info what stands behind the ``` */
export function codeBlock(sheet: Sheet, path: string, info: string, text: string): string {
  const source = sourceOf(info)
  if (source) {
    return codeFigure(sheet, quotation(sheet, path, source, text), 'ts', source)
  }
  try {
    const block = parseConsole(info, text)
    if (block) return consoleFigure(sheet, block)
  } catch (error) {
    sheet.problems.push(`${path}: ${(error as Error).message}`)
  }
  return codeFigure(sheet, text, info.split(' ')[0]!)
}

/** What stands in the source now; what stands in the prose, if the source has no such name. */
function quotation(
  sheet: Sheet,
  path: string,
  source: { path: string; name?: string },
  text: string,
): string {
  try {
    return quoted(sheet.root, source)
  } catch (error) {
    sheet.problems.push(`${path}: ${(error as Error).message}`)
    return text
  }
}

export interface Origin {
  readonly path: string
  readonly name?: string
}

/** Code, headed by the file that it is from if it is from one. */
export function codeFigure(sheet: Sheet, code: string, language: string, origin?: Origin): string {
  const head = origin
    ? `<figcaption><a href="${escaped(linkTo(sheet, origin.path, origin.name))}">${breakable(origin.path)}</a>${
        origin.name === undefined ? '' : ` <span class="name">${escaped(origin.name)}</span>`
      }</figcaption>`
    : ''
  const about = origin ? `code of ${origin.name ?? origin.path}` : 'code'
  const lines = sheet.highlight(code, language).join('\n')
  const kind = attributes({
    class: `code${origin ? ' from' : ''}${widthOf(code)}`,
    'data-language': language || undefined,
  })
  return `<figure${kind}>${head}${copyButton(sheet, about)}<pre tabindex="0"><code>${lines}</code></pre></figure>\n`
}

/** Blocks are as wide as the text or, for long lines, as the page: two widths, as any more would look restless. */
const widthOf = (code: string) => (code.split('\n').some((line) => line.length > 72) ? ' wide' : '')

function consoleFigure(sheet: Sheet, block: NonNullable<ReturnType<typeof parseConsole>>): string {
  const { commands, cgroup } = block
  const asRoot = commands.some(({ root }) => root)
  const steps = commands.map(({ root, line, output }) => {
    const prompt = `<span class="prompt" aria-hidden="true">${root ? '#' : '$'}</span>`
    const command = `<pre class="command">${prompt}<code>${sheet.highlight(line, 'sh').join('\n')}</code></pre>`
    return command + outputOf(sheet, output)
  })
  const where = [asRoot ? 'root shell' : 'shell', ...(cgroup ? [`cgroup ${cgroup}`] : [])].join(', ')
  const about = commands.length === 1 ? 'command' : 'commands'
  const width = widthOf(commands.map(({ output }) => output).join('\n'))
  return `<figure class="console${width}"><figcaption>${escaped(where)}</figcaption>${copyButton(sheet, about)}${steps.join('')}</figure>\n`
}

function outputOf(sheet: Sheet, output: string): string {
  const text = output.trimEnd()
  if (text === '') return ''
  const lines = text.split('\n')
  const html = `<pre class="output" tabindex="0"><samp>${lines.map(outputLine).join('\n')}</samp></pre>`
  if (lines.length <= shortOutput) return html
  return `<details class="prints"${attributes({ open: sheet.printed })}><summary>Output <span>${lines.length} lines</span></summary>${html}</details>`
}

/** `…` stands for what is different each time; alone on its line, for any number of lines. */
function outputLine(line: string): string {
  const mark = (title: string, type: string) => `<span class="varies ${type}" title="${title}">…</span>`
  if (line.trim() === '…') return mark('any number of lines', 'lines')
  return escaped(line).replaceAll('…', mark('different each time', 'part'))
}

function copyButton(sheet: Sheet, about: string): string {
  if (sheet.printed) return ''
  return `<button class="copy" type="button"><span>Copy</span>${spoken(` the ${about}`)}</button>`
}

/** A path may be broken at its slashes on a narrow screen. */
export const breakable = (path: string) => escaped(path).replaceAll('/', '/<wbr>')
