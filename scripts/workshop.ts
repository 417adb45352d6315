// npm run workshop: the exercises of the course. On a terminal it watches the current one and says on every save what is missing;
// with a command it does that one thing: npm run workshop -- help

import { realpathSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { type Book, home, readBook } from './tutorial/book.ts'
import * as commands from './workshop/commands.ts'
import { allExercises, findExercise, findExercises, UsageError } from './workshop/find.ts'
import { gateCommand } from './workshop/gate-command.ts'
import { interactive } from './workshop/interactive.ts'
import { readPart } from './workshop/part.ts'
import { readProgress } from './workshop/progress.ts'
import { keepShipped } from './workshop/shipped.ts'

// the tests have a course of their own
const root = realpathSync(process.env.GOCKER_COURSE ?? home)

// the one who reads may have seen enough: `list | head`
process.stdout.on('error', () => process.exit())

main().catch((error) => {
  // commander has said it already
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2
  else if (error instanceof UsageError) {
    console.error(error.message)
    process.exitCode = 2
  } else throw error
})

async function main(): Promise<void> {
  const program = new Command('npm run workshop --')
    .description('The exercises of the course. Without a command: watch one, and check it on every save.')
    .argument('[exercise]', 'where to begin, as in: 05-2 (or 05, the first open one of chapter 5)')
    .helpCommand('help [command]', 'this text')
    .exitOverride()
    .configureOutput({ writeErr: (text) => process.stderr.write(text.replace(/^error: /, '')) })
    .action(begin)
  const command = (name: string, description: string, run: (book: Book, ...words: string[]) => unknown) =>
    program
      .command(name)
      .description(description)
      .action(async (...words) => {
        await run(course(), ...words)
      })
  const failed = (isFine: boolean) => {
    if (!isFine) process.exitCode = 1
  }
  command('list [words...]', 'all exercises, or those with these words in their name', (book, ...words) =>
    commands.list(root, book, allExercises(book), [words[0] ?? []].flat()),
  )
  command('task <exercise>', 'what is to be done', (book, id) => commands.task(root, findExercise(book, id!)))
  command('hint <exercise> [level]', 'a hint: 1, 2 or 3', (book, id, level = '1') =>
    commands.hint(root, findExercise(book, id!), level),
  )
  command('check [exercise]', 'check one (05-2), a chapter (05), or all', async (book, word) =>
    failed(await commands.check(root, findExercises(book, word))),
  )
  command(
    'solution <exercise>',
    'the solution, as a difference from yours, and what is worth knowing',
    (book, id) => commands.solution(root, findExercise(book, id!)),
  )
  command('reset <exercise>', 'put one, a chapter, or "all" back as shipped; yours are kept', (book, word) =>
    commands.resetThese(root, findExercises(book, word === 'all' ? undefined : word)),
  )
  command('open <exercise>', 'read the chapter, at the section that it belongs to', (book, id) =>
    commands.open(book, findExercise(book, id!)),
  )
  command('report', 'who has passed what, as one line to paste', (book) =>
    console.log(commands.reportLine(root, book)),
  )
  program
    .command('gate [exercise]')
    .description('for authors: is it as an exercise should be?')
    .action(async (word) => failed(await gateCommand(root, findExercises(readPart(root, word), word))))
  await program.parseAsync()

  async function begin(word: string | undefined): Promise<void> {
    const book = course()
    const first = firstOf(book, word)
    if (process.stdin.isTTY && process.stdout.isTTY && process.env.TERM !== 'dumb') {
      await interactive(root, book, first)
      console.log('`npm run workshop` goes on where you were.')
      // a pager or a check that is still ending shall not keep us
      process.exit()
    }
    console.log(program.helpInformation())
    failed(await commands.check(root, [first]))
  }
}

function course(): Book {
  const book = readCourse()
  const exercises = allExercises(book)
  if (exercises.length === 0) throw new UsageError('This course has no exercises yet.')
  keepShipped(root, exercises)
  return book
}

function readCourse(): Book {
  try {
    return readBook(root)
  } catch (error) {
    throw new UsageError(`The course cannot be read: ${(error as Error).message}.`)
  }
}

function firstOf(book: Book, word: string | undefined) {
  const { current, passed } = readProgress(root)
  const known = allExercises(book).find(({ id }) => id === current)
  if (word === undefined && known) return known
  const candidates = findExercises(book, word)
  return candidates.find(({ id }) => !(id in passed)) ?? candidates[0]!
}
