// Runs the commands of one page as a reader would: in one shell, in the project's folder, from top to bottom, and
// compares what they print with what the page says.

import { cgroupMounts, versionOf } from '../../../src/cgroup/mounts.ts'
import { type Command, type ConsoleBlock, matches, parseConsole } from '../console.ts'
import type { Page } from '../page.ts'
import { difference } from './difference.ts'
import { startShell } from './shell.ts'
import { makeWorkplace } from './workplace.ts'

export interface Block extends ConsoleBlock {
  /** Of its ```console. */
  readonly line: number
}

export interface Outcome {
  readonly command: Command
  /** Where the command stands in the page. */
  readonly line: number
  readonly printed?: string
  /** Why it was not run. */
  readonly skipped?: string
  /** What is wrong: a sentence, and below it what should have been printed beside what was. */
  readonly fault?: string
}

export interface Session {
  run(block: Block): Promise<Outcome[]>
  /** End it. Returns what the page has left behind, each as a line. */
  close(): Promise<string[]>
}

export function consoleBlocks(page: Page): Block[] {
  return page.codes.flatMap(({ info, text, line }) => {
    const block = parseConsole(info ?? '', text)
    return block ? [{ ...block, line }] : []
  })
}

/** @param limit milliseconds that each command has */
export function startSession(root: string, page: Page, limit = 60_000): Session {
  const workplace = makeWorkplace(root)
  const shell = startShell(root, workplace.env)
  let stopped: string | undefined

  async function outcomeOf(command: Command, line: number): Promise<Outcome> {
    const where = `${page.path}:${line}: ${command.root ? '#' : '$'} ${command.line}`
    const reason = whyNot(command)
    if (reason) return { command, line, skipped: reason }
    if (stopped) return { command, line, fault: `${where}\nwas not run, for ${stopped}.` }
    const printed = await shell.run(command.line, limit)
    if (printed instanceof Error) {
      stopped = `the command in line ${line} was the last one of this shell`
      return { command, line, fault: `${where}\n${printed.message}` }
    }
    if (matches(command.output, printed)) return { command, line, printed }
    const fault = `${where}\nprints something else (- is what the page says, + what it printed):\n`
    return { command, line, printed, fault: fault + difference(command.output, printed) }
  }

  return {
    run: async (block) => {
      const reason = whyNotHere(block)
      const outcomes: Outcome[] = []
      for (const command of block.commands) {
        const line = block.line + command.row
        outcomes.push(reason ? { command, line, skipped: reason } : await outcomeOf(command, line))
      }
      return outcomes
    },
    close: async () => {
      const running = await shell.close()
      workplace.remove()
      return running.map((command) => `+ process in the background: ${command}`)
    },
  }
}

function whyNot({ root }: Command): string | undefined {
  if (process.platform !== 'linux') return 'needs Linux'
  return root && process.geteuid?.() !== 0 ? 'needs root: its commands have the prompt #' : undefined
}

function whyNotHere({ cgroup }: Block): string | undefined {
  if (cgroup === undefined || process.platform !== 'linux') return undefined
  const here = `v${versionOf(cgroupMounts())}`
  return here === cgroup ? undefined : `needs cgroup ${cgroup}, and the kernel here has ${here} in use`
}
