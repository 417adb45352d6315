// Starting: `run --rm tiny true` and `exec … true`.

import { spawn } from 'node:child_process'
import { type Contestant, compare, tableOf } from './compare.ts'
import { type Command, which, whyNot } from './measure.ts'
import { ours, type Peer } from './peers.ts'
import { run, type Workplace } from './workplace.ts'

/** The measure of everything here: what this same Node takes to do nothing. */
export const bareNode: Contestant = {
  name: 'node -e 0',
  command: { program: process.execPath, args: ['-e', '0'] },
}

export async function benchStart({ gocker, rootfs }: Workplace, peers: readonly Peer[], rounds: number) {
  const unshare = which('unshare')
  const contestants: Contestant[] = [
    bareNode,
    { name: 'gocker', command: gocker('run', '--rm', 'tiny', 'true'), target: 2.2 },
    { name: 'gocker, --network none', command: gocker('run', '--rm', '--network', 'none', 'tiny', 'true') },
    ...peers.map(({ name, start, missing }) => ({ name, command: start?.('gocker-bench', 'true'), missing })),
    {
      name: 'unshare … chroot',
      command:
        unshare === undefined
          ? undefined
          : {
              program: unshare,
              args: ['--mount', '--pid', '--uts', '--ipc', '--net', '--fork', 'chroot', rootfs, 'true'],
            },
    },
  ]
  return tableOf('run', await compare(contestants, rounds), bareNode.name)
}

const id = 'gocker-bench-exec'

/** Each engine gets one container that sleeps, and is asked to run `true` in it. */
export async function benchExec(workplace: Workplace, peers: readonly Peer[], rounds: number) {
  const gocker = ours(workplace)
  const contestants: Contestant[] = [bareNode]
  for (const peer of [gocker, ...peers.filter(({ start, exec }) => !start || exec)]) {
    const name = `${id}-${contestants.length}`
    const missing = peer.start ? await startSleeper(peer, name, workplace.defer) : peer.missing
    const command = missing === undefined ? peer.exec?.(name, 'true') : undefined
    contestants.push({ name: peer.name, command, missing, ...(peer === gocker ? { target: 1.7 } : {}) })
  }
  return tableOf('exec', await compare(contestants, rounds), bareNode.name)
}

/** @returns why it does not run, if it does not */
async function startSleeper(
  { start, exec, remove }: Peer,
  name: string,
  defer: Workplace['defer'],
): Promise<string | undefined> {
  const { program, args, env } = start!(name, 'sleep', '1000')
  const sleeper = spawn(program, args, { env: { ...process.env, ...env }, stdio: 'ignore' })
  defer(() => {
    run(remove!(name))
    sleeper.kill('SIGKILL')
  })
  const probe: Command = exec!(name, 'true')
  for (let tries = 0; tries < 50; tries++) {
    if (whyNot(probe) === undefined) return undefined
    if (sleeper.exitCode !== null) return `its container ended with ${sleeper.exitCode}`
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return whyNot(probe)
}
