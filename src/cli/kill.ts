// gocker kill: a signal for the first process of containers.

import { constants } from 'node:os'
import { Command } from 'commander'
import { recordOf } from '../container/events.ts'
import { find } from '../container/named.ts'
import { places } from '../container/places.ts'
import { isRunning, type State, update } from '../container/state.ts'
import { send, signalNumber } from '../container/stop.ts'
import { UserError } from '../container/user-error.ts'
import { forEachName } from './for-each-name.ts'
import { needRoot } from './root.ts'

export function command(): Command {
  return new Command('kill')
    .description('Kill one or more running containers')
    .usage('[OPTIONS] CONTAINER [CONTAINER...]')
    .argument('<CONTAINER...>')
    .option('-s, --signal <string>', 'Signal to send to the container', 'KILL')
    .action((names: readonly string[], { signal }: { signal: string }) => {
      needRoot()
      signalNumber(signal)
      return forEachName(names, (name) => {
        kill(name, signal)
        return name
      })
    })
}

function named(name: string): State {
  try {
    return find(places(), name)
  } catch (error) {
    throw new UserError(`cannot kill container: ${name}: ${(error as Error).message}`)
  }
}

function kill(name: string, signal: string): void {
  const state = named(name)
  if (!isRunning(state))
    throw new UserError(`cannot kill container: ${name}: container ${state.id} is not running`)
  const number = signalNumber(signal)
  const isEnd =
    number === constants.signals.SIGKILL || number === signalNumber(state.options.stopSignal ?? 'SIGTERM')
  // who asks for its end does not want it started again
  if (isEnd) update(places(), state.id, (before) => ({ ...before, stoppedByHand: true }))
  // its end must not be told before it
  recordOf(places(), state, 'kill', { signal: String(number) })
  send(state, signal)
}
