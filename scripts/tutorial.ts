// npm run tutorial                     the course in the browser
// npm run tutorial -- 5                chapter 5 in the terminal
// npm run tutorial -- 8/attacks        a page beside chapter 8
// npm run tutorial -- build [FOLDER]   the site as files, in dist/tutorial unless said otherwise
//
// Changes nothing but the folder of `build`, needs no root, and asks nothing of any other machine.

import { join, relative, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { type Book, home, readBook } from './tutorial/book.ts'

const usage = `The course on how containers work.

  npm run tutorial                          read it in the browser
  npm run tutorial -- 5                     read chapter 5 here in the terminal
  npm run tutorial -- 5 --section the-code  begin there
  npm run tutorial -- 8/attacks             a page that lies beside chapter 8
  npm run tutorial -- contents              what there is, in the terminal
  npm run tutorial -- build [FOLDER]        make static files (dist/tutorial): for the disk, or any web server

  --port NUMBER   where to serve it; else 4405, or any free port
  --no-open       do not open a browser
`

const seeHelp = 'npm run tutorial -- --help says what there is.'

// `… | head` has read enough
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit()
})
try {
  await main(process.argv.slice(2))
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`)
  process.exitCode = 1
}

async function main(argv: readonly string[]): Promise<void> {
  const { values, positionals } = argumentsOf(argv)
  const [word, ...rest] = positionals
  if (values.help) process.stdout.write(usage)
  else if (word === 'build' && rest.length < 2) await build(rest[0] ?? 'dist/tutorial')
  else if (rest.length > 0)
    throw new Error(`One thing at a time, and not ${positionals.join(' ')}. ${seeHelp}`)
  else if (word === undefined) await serve(values.port, !values['no-open'])
  else if (word === 'contents') await show(undefined)
  else {
    const [chapter = '', beside] = word.split(/\/(.*)/s)
    await show(chapterNumber(chapter), { section: values.section, beside })
  }
}

function argumentsOf(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        help: { type: 'boolean', short: 'h' },
        section: { type: 'string' },
        port: { type: 'string' },
        'no-open': { type: 'boolean' },
      },
    })
  } catch (error) {
    throw new Error(`${(error as Error).message.split('. ')[0]}. ${seeHelp}`)
  }
}

function chapterNumber(word: string): number {
  const numbers = readBook().chapters.map(({ number }) => number)
  const number = /^\d+$/.test(word) ? Number(word) : Number.NaN
  if (numbers.includes(number)) return number
  throw new Error(
    `There is no chapter ${word}: name one from ${numbers[0]} to ${numbers.at(-1)}, or build, or contents. ${seeHelp}`,
  )
}

async function show(number: number | undefined, options: Shown = {}): Promise<void> {
  const { showInTerminal }: Terminal = await import('./tutorial/terminal.ts')
  await showInTerminal(readBook(), number, options)
}

interface Shown {
  readonly section?: string
  /** The name of a page beside the chapter. */
  readonly beside?: string
}

interface Terminal {
  showInTerminal(book: Book, number: number | undefined, options: Shown): Promise<void>
}

async function build(folder: string): Promise<void> {
  const { buildSite } = await import('./tutorial/site/build.ts')
  const path = resolve(folder)
  const { pages, problems } = await buildSite(home, path)
  process.stdout.write(
    `${pages} pages in ${relative(process.cwd(), path) || path}. Open ${join(path, 'index.html')}\n`,
  )
  if (problems.length > 0)
    throw new Error(`Not all is well in it:\n${problems.map((one) => `  ${one}`).join('\n')}`)
}

async function serve(port: string | undefined, open: boolean): Promise<void> {
  if (port !== undefined && !/^\d{1,5}$/.test(port)) throw new Error(`--port wants a number, and not ${port}`)
  const { serveSite } = await import('./tutorial/site/serve.ts')
  const { openInBrowser } = await import('./tutorial/site/open.ts')
  const { address } = await serveSite(home, port === undefined ? undefined : Number(port))
  process.stdout.write(`The course is at ${address} until you press Ctrl-C.\n`)
  if (open) openInBrowser(address)
}
