// Exercise 04-2: what a container died of, from what the kernel has counted.

export interface Evidence {
  /** How its first process ended. */
  readonly end: { readonly exited: number } | { readonly signal: number }
  /** The content of memory.events, or of memory.oom_control. */
  readonly memory: string
  /** The content of pids.events. */
  readonly pids: string
}

export interface Verdict {
  readonly cause: 'ended by itself' | 'out of memory' | 'killed by somebody'
  /** Processes that the OOM killer ended. */
  readonly oomKills: number
  /** Processes and threads that could not be started. */
  readonly refused: number
}

const SIGKILL = 9
const lastSignal = 64

export function verdictOn({ end, memory, pids }: Evidence): Verdict {
  const oomKills = numberAt('oom_kill', memory)
  const signal = signalOf(end)
  const cause =
    signal === undefined
      ? 'ended by itself'
      : signal === SIGKILL && oomKills > 0
        ? 'out of memory'
        : 'killed by somebody'
  return { cause, oomKills, refused: numberAt('max', pids) }
}

/** A file of keys and values: `oom_kill 2`. */
function numberAt(key: string, text: string): number {
  const line = text.split('\n').find((one) => one.startsWith(`${key} `))
  return line === undefined ? 0 : Number(line.slice(key.length + 1))
}

function signalOf(end: Evidence['end']): number | undefined {
  if ('signal' in end) return end.signal
  const passedOn = end.exited - 128
  return passedOn >= 1 && passedOn <= lastSignal ? passedOn : undefined
}
