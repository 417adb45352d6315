// gocker system service: what systemd runs at boot. It starts the containers that are to come back, waits, and when it is
// told to end (SIGTERM) stops all containers. It is no daemon: every other command works without it, and if it is killed,
// the containers go on.

import { closeSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import { hierarchy } from '../cgroup/hierarchy.ts'
import { sweep } from '../container/finish.ts'
import { type Places, places } from '../container/places.ts'
import { UserError } from '../container/user-error.ts'
import { containersToStart, stopAll } from '../supervisor/boot.ts'
import { attempt } from '../syscall/call.ts'
import * as C from '../syscall/constants.ts'
import { flock } from '../syscall/file.ts'
import { wait4 } from '../syscall/process.ts'
import { err, out } from './print.ts'
import { needRoot } from './root.ts'
import { unitFile } from './service-unit.ts'
import { startAgain } from './start.ts'

export function command(): Command {
  return new Command('service')
    .description('Start the containers that come back after a reboot; at SIGTERM, stop all')
    .usage('[OPTIONS]')
    .option('--unit', 'Print the unit file for systemd, and do nothing', false)
    .action(({ unit }: { unit: boolean }) => (unit ? out(unitFile()) : serve()))
}

async function serve(): Promise<void> {
  needRoot()
  const here = places()
  const lock = takeService(here)
  const asked = Promise.withResolvers<void>()
  let isAsked = false
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, () => {
      isAsked = true
      asked.resolve()
    })
  process.on('SIGCHLD', reapSupervisors)
  sweep(here, hierarchy())
  for (const state of containersToStart(here)) {
    if (isAsked) break
    try {
      await startAgain(state)
      err(`gocker: started ${state.name}`)
    } catch (error) {
      err(`gocker: ${state.name} could not be started: ${error instanceof Error ? error.message : error}`)
    }
  }
  err('gocker: the service is up')
  // a promise keeps no process alive; a timer does
  const alive = setInterval(() => {}, 2 ** 31 - 1)
  await asked.promise
  const stopped = await stopAll(here, hierarchy(), ({ name }, error) => {
    err(`gocker: ${name} could not be stopped: ${error instanceof Error ? error.message : error}`)
    process.exitCode = 1
  })
  err(`gocker: stopped ${stopped} containers`)
  clearInterval(alive)
  closeSync(lock)
}

/** One service for one root. The kernel drops the lock of the dead. */
function takeService({ root }: Places): number {
  mkdirSync(root, { recursive: true, mode: 0o711 })
  const lock = openSync(join(root, 'service'), 'a', 0o600)
  if (attempt(flock(lock, C.LOCK_EX | C.LOCK_NB)) < 0)
    throw new UserError(`the service runs already for ${root}: systemctl status gocker`)
  return lock
}

/** The supervisors that we have started are our children, and stay as zombies until we take note of their end. */
function reapSupervisors(): void {
  while (attempt(wait4(-1, new Uint8Array(4), C.WNOHANG)) > 0);
}
