// One shell that is given command after command, as a reader types them, and hands back what each has printed. What the
// commands print and what they complain about come together in the order in which it was written.

import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import type { Writable } from 'node:stream'
import { setTimeout } from 'node:timers/promises'

export interface Shell {
  /** What it printed; an Error if it did not end in time, or ended the shell. Then the shell is gone. */
  run(command: string, limit: number): Promise<string | Error>
  /** End it and what it has started. Returns the command lines of what was still running. */
  close(): Promise<string[]>
}

/** Commands come through descriptor 3, so that none of them reads the next one, and each sees the status of the last. */
const loop = (mark: string) => `
  exec 2>&1
  status_before() { return $__status; }
  __status=0
  while IFS= read -r -d '' -u 3 __command; do
    status_before
    eval "$__command" 3<&-
    __status=$?
    printf %s '${mark}'
  done`

export function startShell(cwd: string, env: NodeJS.ProcessEnv): Shell {
  const mark = `\u001e${randomUUID()}\u001e`
  const child = spawn('bash', ['--noprofile', '--norc', '-c', loop(mark)], {
    cwd,
    env,
    // a group of its own, to be ended as a whole
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore', 'pipe'],
  })
  const commands = child.stdio[3] as Writable
  commands.on('error', () => {})
  let printed = ''
  let look = () => {}
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    printed += text
    look()
  })
  const ended = new Promise<Error>((resolve) => {
    child.once('error', (error) => resolve(new Error(`bash did not start: ${error.message}`)))
    child.once('exit', () => resolve(new Error('the shell itself has ended')))
  })

  async function run(command: string, limit: number): Promise<string | Error> {
    printed = ''
    const stopwatch = new AbortController()
    const done = new Promise<string>((resolve) => {
      look = () => {
        const end = printed.indexOf(mark)
        if (end >= 0) resolve(printed.slice(0, end))
      }
    })
    commands.write(`${command}\0`)
    const late = setTimeout(limit, undefined, { signal: stopwatch.signal }).then(
      () => new Error(`it did not end within ${limit / 1000} seconds, and had printed:\n${printed}`),
      () => new Error(),
    )
    const result = await Promise.race([done, ended, late])
    stopwatch.abort()
    if (result instanceof Error) await endGroup(child)
    return typeof result === 'string' ? asInteractive(result) : result
  }

  return { run, close: () => closeShell(child, commands, ended) }
}

/** Bash names the line of a script, which someone who types commands does not see. */
function asInteractive(text: string): string {
  return text.replaceAll(/^bash: (?:eval: )?line \d+: /gm, 'bash: ').replaceAll('\r\n', '\n')
}

async function closeShell(
  child: ChildProcess,
  commands: Writable,
  ended: Promise<unknown>,
): Promise<string[]> {
  commands.end()
  await Promise.race([ended, setTimeout(2000)])
  // what was just ended may need a moment to go
  for (let tries = 0; tries < 40 && members(child).length > 0; tries++) await setTimeout(50)
  const left = members(child)
  await endGroup(child)
  return left
}

/** First politely, so that gocker can clean up. */
async function endGroup(child: ChildProcess): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    if (members(child).length === 0) return
    try {
      process.kill(-child.pid!, signal)
    } catch {
      return // the last of them has just ended
    }
    for (let tries = 0; tries < 60 && members(child).length > 0; tries++) await setTimeout(50)
  }
}

/** What runs in the group of the shell, without those that have ended and only wait to be asked for. */
function members({ pid }: ChildProcess): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const [, state, , group] = /\) (\S) (\d+) (\d+)/.exec(readIfThere(`/proc/${name}/stat`)) ?? []
      if (Number(group) !== pid || state === 'Z' || state === 'X') return []
      return [readIfThere(`/proc/${name}/cmdline`).replaceAll('\0', ' ').trim()]
    })
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
