// What all chapters share: telling what is about to happen, showing each call as it is made, and setting what the
// host sees beside what the container sees. Nothing about containers is in here.

import chalk from 'chalk'
import { type Made, notation, observe, resultNotation } from '../src/syscall/trace.ts'

/** One thing that a chapter shows. Its name selects it: `npx tsx chapters/02-chroot.ts escape`. */
export interface Experiment {
  readonly name: string
  /** What it shows, in one line for `--help`. */
  readonly shows: string
  readonly run: (tell: Narrator) => void | Promise<void>
}

export interface Chapter {
  readonly number: number
  readonly title: string
  /** The file's name, for messages: `02-chroot.ts`. */
  readonly file: string
  readonly experiments: readonly Experiment[]
  /** `--shell`: open a shell in what the chapter builds, and wait for its end. */
  readonly shell?: (tell: Narrator) => Promise<void>
  /** Does it need root? All but the first chapter do. */
  readonly root?: boolean
  /** Show also the calls that clone() itself needs (pipes, signals, descriptors)? Only the first chapter does. */
  readonly everyCall?: boolean
}

export interface Narrator {
  /** What comes next, in a sentence or two. */
  say(text: string): void
  /** Something the host sees. */
  host(text: string): void
  /** Something seen from inside. */
  inside(text: string): void
  /** Do not show the calls made in `work`: they belong to another chapter. */
  quietly<T>(work: () => T): T
}

/** Run the chapter as its command line says. Ends the process with status 1 if it cannot. */
export async function tell(chapter: Chapter): Promise<void> {
  const argv = process.argv.slice(2)
  if (argv.includes('--help')) return help(chapter)
  const unknown = argv.find((name) => name !== '--shell' && !chapter.experiments.some((e) => e.name === name))
  if (unknown)
    return refuse(
      `Chapter ${chapter.number} has no experiment "${unknown}". See: npx tsx chapters/${chapter.file} --help`,
    )
  if (process.platform !== 'linux')
    return refuse('Containers are made of the Linux kernel. A virtual machine has one: scripts/vm/README.md')
  if (chapter.root !== false && process.geteuid?.() !== 0) {
    return refuse(
      `This chapter needs root. Run: sudo env "PATH=$PATH" npx tsx chapters/${[chapter.file, ...argv].join(' ')}`,
    )
  }
  everyCall = chapter.everyCall ?? false
  const narrator = makeNarrator()
  print(chalk.bold(`\nChapter ${chapter.number}: ${chapter.title}`))
  try {
    if (argv.includes('--shell') && chapter.shell) return await chapter.shell(narrator)
    if (argv.includes('--shell'))
      return refuse(`Chapter ${chapter.number} builds nothing that a shell could be opened in.`)
    const chosen = chapter.experiments.filter((e) => argv.length === 0 || argv.includes(e.name))
    for (const experiment of chosen) {
      print(chalk.bold(`\n${experiment.name}`) + chalk.dim(` — ${experiment.shows}`))
      showCalls(true)
      await experiment.run(narrator)
      showCalls(false)
    }
  } catch (error) {
    showCalls(false)
    refuse(error instanceof Error ? error.message : String(error))
  }
}

function makeNarrator(): Narrator {
  return {
    say: (text) => print(`\n${text}`),
    host: (text) => print(beside(chalk.cyan('host      '), text)),
    inside: (text) => print(beside(chalk.magenta('container '), text)),
    quietly: (work) => {
      const before = showing
      const again = () => showCalls(before)
      showCalls(false)
      try {
        const result = work()
        // what is promised is quiet until it is done
        if (result instanceof Promise) return result.finally(again) as typeof result
        again()
        return result
      } catch (error) {
        again()
        throw error
      }
    },
  }
}

let everyCall = false
let showing = false

function showCalls(on: boolean): void {
  showing = on
  observe(
    on
      ? (made) => {
          if (!everyCall && isPlumbing(made)) return
          const { pid, call, result } = made
          print(chalk.dim(`  ${pid ? 'child ' : ''}${notation(call)}${resultNotation(result)}`))
        }
      : undefined,
  )
}

/** What every start of a process needs, whatever it is for: it would hide the calls that a chapter is about. */
const plumbing: readonly string[] = [
  'rt_sigaction',
  'rt_sigprocmask',
  'pipe2',
  'mmap',
  'mprotect',
  'fcntl',
  'dup3',
  'close',
  'close_range',
  'wait4',
]

function isPlumbing({ call: { name, args } }: Made): boolean {
  const throughGate = (name === 'read' && args[2] === 1) || (name === 'write' && args[1] === 'g')
  return plumbing.includes(name) || throughGate
}

function beside(label: string, text: string): string {
  const lines = text.trimEnd().split('\n')
  return lines.map((line, i) => `  ${i === 0 ? label : '          '}${chalk.dim('│')} ${line}`).join('\n')
}

function help(chapter: Chapter): void {
  print(`Chapter ${chapter.number}: ${chapter.title}\n`)
  print(`  npx tsx chapters/${chapter.file} [experiment …]${chapter.shell ? ' | --shell' : ''}\n`)
  for (const { name, shows } of chapter.experiments) print(`  ${name.padEnd(12)} ${shows}`)
  if (chapter.shell) print(`  ${'--shell'.padEnd(12)} a shell in what this chapter builds`)
}

function refuse(message: string): void {
  console.error(message)
  process.exitCode = 1
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
