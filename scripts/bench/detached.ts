// Containers that are left alone: `run -d`, and their two ends: `stop`, of a program that ends on SIGTERM, and `rm --force`.

import { type Contestant, compare, tableOf } from './compare.ts'
import { type Command, whyNot } from './measure.ts'
import { ours, type Peer } from './peers.ts'
import { bareNode } from './start.ts'
import { run, type Workplace } from './workplace.ts'

/** The first program of a PID namespace ignores SIGTERM unless it says otherwise. pid_namespaces(7) */
export const obedient = ['sh', '-c', 'trap "exit 0" TERM; sleep 1000 & wait']
const id = 'gocker-bench-detached'

export async function benchDetached(workplace: Workplace, peers: readonly Peer[], rounds: number) {
  const all = [ours(workplace), ...peers.filter(({ start, detach }) => !start || detach)]
  const start = ({ detach }: Peer) => detach?.(id, [], ...obedient)
  const end = ({ remove }: Peer) => run(remove!(id))
  const failures = new Map<Peer, string | undefined>()
  for (const peer of all) {
    const command = start(peer)
    failures.set(peer, command ? whyNot(command) : (peer.missing ?? 'not installed'))
    if (!command) continue
    end(peer)
    // whatever a measurement that breaks off will leave
    workplace.defer(() => end(peer))
  }
  const contestants = (
    command: (peer: Peer) => Command | undefined,
    around: (peer: Peer) => Partial<Contestant>,
    taking = all,
  ): Contestant[] => [
    bareNode,
    ...taking.map((peer) => {
      const missing = failures.get(peer)
      return missing === undefined
        ? { name: peer.name, command: command(peer), ...around(peer) }
        : { name: peer.name, command: undefined, missing }
    }),
  ]
  const running = (peer: Peer) => ({ before: () => run(start(peer)!) })
  const parts: [string, Contestant[]][] = [
    ['run -d', contestants(start, (peer) => ({ after: () => end(peer) }))],
    [
      'stop',
      contestants(
        ({ kept }) => kept?.stop(id),
        (peer) => ({ ...running(peer), after: () => end(peer) }),
        // runc and crun only send the signal
        all.filter((peer) => !peer.start || peer.kept),
      ),
    ],
    ['rm --force', contestants(({ remove }) => remove?.(id), running)],
  ]
  const tables: string[] = []
  for (const [title, taking] of parts)
    tables.push(tableOf(title, await compare(taking, rounds), bareNode.name))
  return tables.join('\n\n')
}
