// gocker logs: what a container has written.

import { Command } from 'commander'
import { find } from '../container/named.ts'
import { places } from '../container/places.ts'
import { isWatched, load, status } from '../container/state.ts'
import { UserError } from '../container/user-error.ts'
import { logPath } from '../supervisor/log-file.ts'
import { type LogEntry, lastOf, logReader } from '../supervisor/log-reader.ts'
import { hasDoor } from '../supervisor/socket.ts'
import { pointInTime } from './point-in-time.ts'
import { write } from './print.ts'
import { needRoot } from './root.ts'

export function command(): Command {
  return new Command('logs')
    .description('Fetch the logs of a container')
    .usage('[OPTIONS] CONTAINER')
    .argument('<CONTAINER>')
    .option('-f, --follow', 'Follow log output', false)
    .option('-t, --timestamps', 'Show timestamps', false)
    .option('--details', 'Show extra details provided to logs', false)
    .option(
      '--since <string>',
      'Show logs since timestamp (e.g. "2013-01-02T13:23:37Z") or relative (e.g. "42m" for 42 minutes)',
    )
    .option(
      '--until <string>',
      'Show logs before a timestamp (e.g. "2013-01-02T13:23:37Z") or relative (e.g. "42m" for 42 minutes)',
    )
    .option('-n, --tail <string>', 'Number of lines to show from the end of the logs', 'all')
    .action(logs)
}

interface Flags {
  readonly follow: boolean
  readonly timestamps: boolean
  readonly details: boolean
  readonly since?: string
  readonly until?: string
  readonly tail: string
}

async function logs(name: string, flags: Flags): Promise<void> {
  needRoot()
  const state = find(places(), name)
  if (state.options.log?.driver === 'none')
    throw new UserError('configured logging driver does not support reading')
  if (status(state) === 'running' && !hasDoor(places(), state.id))
    throw new UserError(
      `nothing is kept of what ${name} writes: with --rm and without -d or -t, it goes straight to the command that runs it\nTo have it kept until the container ends: gocker run -d --rm, and gocker logs -f.`,
    )
  const path = logPath(places(), state.id)
  const since = limit('since', flags.since)
  const until = limit('until', flags.until)
  const isWanted = ({ time }: LogEntry) => {
    if (since === undefined && until === undefined) return true
    const at = Date.parse(time)
    return !((since !== undefined && at < since) || (until !== undefined && at >= until))
  }
  const text = ({ log, time }: LogEntry) => {
    // the details would be attributes, which no option of ours adds: there is the blank behind them
    const line = flags.details ? ` ${log}` : log
    return flags.timestamps ? `${nineDigits(time)} ${line}` : line
  }
  const show = (entries: readonly LogEntry[]) => {
    for (const run of runsOf(entries.filter(isWanted)))
      write(run[0]!.stream === 'stdout' ? 1 : 2, run.map(text).join(''))
  }
  const count = /^\d+$/.test(flags.tail) ? Number(flags.tail) : undefined
  const reader = logReader(path)
  if (count === undefined) for (const entries of reader.now()) show(entries)
  else show(lastOf(reader.now(), count))
  if (!flags.follow) return
  for await (const entries of reader.follow(() => isOver(state.id))) show(entries)
}

/** Entries that follow each other and come from the same stream. */
function runsOf(entries: readonly LogEntry[]): LogEntry[][] {
  const runs: LogEntry[][] = []
  for (const [i, entry] of entries.entries()) {
    if (entry.stream === entries[i - 1]?.stream) runs.at(-1)!.push(entry)
    else runs.push([entry])
  }
  return runs
}

function limit(flag: string, text: string | undefined): number | undefined {
  try {
    return text === undefined ? undefined : pointInTime(text)
  } catch (error) {
    throw new UserError(`invalid value for "${flag}": ${(error as Error).message}`)
  }
}

/** Docker shows all nine digits behind the second. */
function nineDigits(time: string): string {
  return time.replace(/(?:\.(\d+))?Z$/, (_, digits = '') => `.${digits.padEnd(9, '0')}Z`)
}

function isOver(id: string): boolean {
  const state = load(places(), id)
  return state === undefined || !isWatched(state)
}
