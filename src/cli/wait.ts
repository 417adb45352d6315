// gocker wait: until containers have ended, and with which exit codes.

import { setTimeout } from 'node:timers/promises'
import { Command } from 'commander'
import { hierarchy } from '../cgroup/hierarchy.ts'
import { sweep } from '../container/finish.ts'
import { find } from '../container/named.ts'
import { places } from '../container/places.ts'
import { exitCodeOf, isRunning, load, status } from '../container/state.ts'
import { forEachName } from './for-each-name.ts'
import { needRoot } from './root.ts'

/** In milliseconds, between two looks. */
const interval = 50

export function command(): Command {
  return new Command('wait')
    .description('Block until one or more containers stop, then print their exit codes')
    .usage('CONTAINER [CONTAINER...]')
    .argument('<CONTAINER...>')
    .action((names: readonly string[]) => {
      needRoot()
      return forEachName(names, async (name) => String(await exitCodeAtEnd(find(places(), name).id)))
    })
}

async function exitCodeAtEnd(id: string): Promise<number> {
  for (let last = load(places(), id); ; last = load(places(), id) ?? last) {
    // removed at its end: what it was is no longer written anywhere
    const now = load(places(), id)
    if (now === undefined) return last?.exitCode ?? 0
    if (!isRunning(now) && (now.finishedAt !== undefined || status(now) === 'created')) return exitCodeOf(now)
    if (status(now) === 'exited') sweep(places(), hierarchy())
    await setTimeout(interval)
  }
}
