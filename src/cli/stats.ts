// gocker stats: what containers use, now and again.

import { readFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { setTimeout } from 'node:timers/promises'
import { Command } from 'commander'
import type { Usage } from '../cgroup/dialect.ts'
import { type Hierarchy, hierarchy } from '../cgroup/hierarchy.ts'
import { find } from '../container/named.ts'
import { places } from '../container/places.ts'
import { isRunning, list, loadSpec, type State } from '../container/state.ts'
import { binarySize, humanSize } from '../container/units.ts'
import { type Column, formatRows, type Row } from './format.ts'
import { out, write } from './print.ts'
import { needRoot } from './root.ts'

export function command(): Command {
  return new Command('stats')
    .description('Display a live stream of container(s) resource usage statistics')
    .usage('[OPTIONS] [CONTAINER...]')
    .argument('[CONTAINER...]')
    .option('-a, --all', 'Show all containers (default shows just running)', false)
    .option('--no-stream', 'Disable streaming stats and only pull the first result')
    .option('--no-trunc', 'Do not truncate output')
    .option('--format <string>', "'table', 'json', or a template as {{.CPUPerc}}")
    .action(stats)
}

interface Flags {
  readonly all: boolean
  readonly stream: boolean
  readonly trunc: boolean
  readonly format?: string
}

const columns: readonly Column[] = [
  { heading: 'CONTAINER ID', field: 'ID' },
  { heading: 'NAME', field: 'Name' },
  { heading: 'CPU %', field: 'CPUPerc' },
  { heading: 'MEM USAGE / LIMIT', field: 'MemUsage' },
  { heading: 'MEM %', field: 'MemPerc' },
  { heading: 'NET I/O', field: 'NetIO' },
  { heading: 'BLOCK I/O', field: 'BlockIO' },
  { heading: 'PIDS', field: 'PIDs' },
]

/** In milliseconds, between two looks. */
const interval = 1000

async function stats(names: readonly string[], flags: Flags): Promise<void> {
  needRoot()
  const groups = hierarchy()
  // a name that there is not is said at once
  for (const name of names) find(places(), name)
  const chosen = () => {
    const ids = names.map((name) => find(places(), name).id)
    return list(places()).filter((state) =>
      names.length > 0 ? ids.includes(state.id) : flags.all || isRunning(state),
    )
  }
  let before = look(groups, chosen())
  do {
    await setTimeout(interval)
    const now = look(groups, chosen())
    const rows = now.seen.map((seen) =>
      row(
        seen,
        before.seen.find(({ state }) => state.id === seen.state.id),
        now.time - before.time,
        flags,
      ),
    )
    if (flags.stream && process.stdout.isTTY) write(1, '\x1b[2J\x1b[H')
    const text = formatRows(rows, columns, flags.format)
    if (text !== '') out(text)
    before = now
  } while (flags.stream)
}

interface Seen {
  readonly state: State
  readonly usage: Usage
  readonly received: number
  readonly sent: number
}

function look(groups: Hierarchy, states: readonly State[]): { time: number; seen: Seen[] } {
  return {
    time: performance.now(),
    seen: states.map((state) => ({ state, usage: groups.usage(state.cgroup), ...traffic(state) })),
  }
}

/** All links of the container but its loopback: proc_pid_net(5), /proc/PID/net/dev */
function traffic(state: State): { received: number; sent: number } {
  const sum = { received: 0, sent: 0 }
  if (!isRunning(state)) return sum
  try {
    for (const line of readFileSync(`/proc/${state.pid}/net/dev`, 'latin1').split('\n').slice(2)) {
      const [name, numbers] = line.split(':')
      const fields = numbers?.trim().split(/\s+/).map(Number) ?? []
      if (name?.trim() === 'lo') continue
      sum.received += fields[0] ?? 0
      sum.sent += fields[8] ?? 0
    }
  } catch {}
  return sum
}

function row(
  { state, usage, received, sent }: Seen,
  before: Seen | undefined,
  elapsed: number,
  flags: Flags,
): Row {
  const spent = (usage.cpuNanos ?? 0) - (before?.usage.cpuNanos ?? usage.cpuNanos ?? 0)
  // all processors together are 100 % each, as in Docker
  const share = isRunning(state) ? Math.min((100 * spent) / 1e6 / elapsed, 100 * cpus().length) : 0
  const limit = Math.min(loadSpec(places(), state.id).linux.resources.memory?.limit ?? totalmem(), totalmem())
  const memory = usage.memory ?? 0
  const id = flags.trunc ? state.id.slice(0, 12) : state.id
  return {
    ID: id,
    Container: id,
    Name: state.name,
    CPUPerc: `${share.toFixed(2)}%`,
    MemUsage: `${binarySize(memory)} / ${isRunning(state) ? binarySize(limit) : '0B'}`,
    MemPerc: `${((100 * memory) / limit).toFixed(2)}%`,
    NetIO: `${humanSize(received, 3)} / ${humanSize(sent, 3)}`,
    BlockIO: `${humanSize(usage.bytesRead ?? 0, 3)} / ${humanSize(usage.bytesWritten ?? 0, 3)}`,
    PIDs: String(usage.pids ?? 0),
  }
}
