// Runs in a process of its own: starts a container with a few processes, calls the new command in various ways, and
// reports what it printed and what was true. `node probe.ts command top alice` is that command, as gocker would run it.

import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Command } from 'commander'
import { hierarchy } from '../../../../src/cgroup/hierarchy.ts'
import { find } from '../../../../src/container/named.ts'
import { places } from '../../../../src/container/places.ts'
import { UserError } from '../../../../src/container/user-error.ts'
import { report } from '../../../kit.ts'
import { command } from './exercise.ts'

const [mode, ...words] = process.argv.slice(2)
if (mode === 'command') await asGocker(words)
else await probe()

async function asGocker(argv: readonly string[]): Promise<void> {
  try {
    await new Command('gocker').addCommand(command()).parseAsync(argv, { from: 'user' })
  } catch (error) {
    process.stderr.write(`gocker: ${(error as Error).message}\n`)
    process.exitCode = error instanceof UserError ? error.exitCode : 125
  }
}

async function probe(): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'gocker-exercise-'))
  process.env.GOCKER_ROOT = root
  const gocker = fileURLToPath(new URL('../../../../src/cli/gocker', import.meta.url))
  const name = `alice-${process.pid}`
  // the third one is Mallory's: a word with a colour, and a line feed that looks like one more process
  const script =
    'sleep 301 & sleep 302 & sh -c "sleep 303; :" "$(printf "red\\033[31m\\n1 init\\177")" & echo ready; wait'
  const args = ['run', '--name', name, '--network', 'none', 'tiny', 'sh', '-c', script]
  const engine = spawn(gocker, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = new Promise((resolve) => engine.once('close', resolve))
  try {
    await new Promise((resolve) => engine.stdout.once('data', resolve).once('end', resolve))
    const state = find(places(), name)
    // the last of them may just be on its way
    for (let tries = 0; tries < 100 && members(state.pid!).length < 5; tries++)
      await new Promise((resolve) => setTimeout(resolve, 10))
    const running = ask(name)
    const pids = members(state.pid!)
    process.kill(state.pid!, 'SIGKILL')
    await ended
    report({ pids, running, exited: ask(name), nobody: ask('nobody') })
  } finally {
    engine.kill('SIGKILL')
    await ended
    try {
      hierarchy().remove(find(places(), name).cgroup)
    } catch {}
    rmSync(root, { recursive: true, force: true })
  }
}

function ask(name: string) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [fileURLToPath(import.meta.url), 'command', 'top', name],
    { encoding: 'utf8' },
  )
  return { status, stdout, stderr }
}

/** All processes in the PID namespace of this one, found without control groups. */
function members(pid: number): number[] {
  const namespaceOf = (one: number | string) => {
    try {
      return readlinkSync(`/proc/${one}/ns/pid`)
    } catch {
      return undefined
    }
  }
  const wanted = namespaceOf(pid)
  return readdirSync('/proc')
    .filter((one) => /^\d+$/.test(one) && wanted !== undefined && namespaceOf(one) === wanted)
    .map(Number)
}
