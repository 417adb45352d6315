// Memory: what stands beside each container that is left alone, the process that watches over it. It is read when
// nothing has changed for a while: a supervisor of ours becomes smaller when its container is quiet.

import { setTimeout } from 'node:timers/promises'
import { firstProcess, type Memory, memoryOf, parentOf, processesOf } from './inside-proc.ts'
import { whyNot } from './measure.ts'
import { ours, type Peer } from './peers.ts'
import { run, type Workplace } from './workplace.ts'

const id = 'gocker-bench-idle'
/** In milliseconds. */
const settling = 20_000
const still = 4_000
const target = 6
const idle = ['sleep', '1000']
const talkative = ['sh', '-c', 'while :; do echo still here; sleep 1; done']

/** @param many and a fifth of them first, and once more as such that write something */
export async function benchIdle(workplace: Workplace, peers: readonly Peer[], many: number) {
  const few = Math.ceil(many / 5)
  const watchers: Readonly<Record<string, string>> = { docker: 'containerd-shim', podman: 'conmon' }
  const lines: string[] = []
  for (const peer of [ours(workplace), ...peers.filter(({ start, kept }) => !start || kept)]) {
    const [short] = peer.name.split(',')
    const name = watchers[short!] === undefined ? short! : `${short}: ${watchers[short!]}`
    const figures = peer.detach
      ? await figuresOf(workplace, peer, few, many)
      : (peer.missing ?? 'not installed')
    lines.push(
      typeof figures === 'string'
        ? `| ${name} | ${figures} | | | |`
        : `| ${name} | ${figures.map(both).join(' | ')} | ${short === 'gocker' ? `≤ ${target} private` : ''} |`,
    )
  }
  const engines = processesOf(['dockerd', 'containerd'])
  if (engines.length > 0)
    lines.push(`| docker: its engine, for all together | ${both(sum(engines.map(memoryOf)))} | | | |`)
  return [
    `| memory per container, private / proportional, MB | ${few} idle | ${many} idle | ${few} that log every second | target |`,
    `|---|${'---:|'.repeat(4)}`,
    ...lines,
  ].join('\n')
}

/** Three times per container. @returns why it cannot be told, if it cannot */
async function figuresOf(
  { defer }: Workplace,
  peer: Peer,
  few: number,
  many: number,
): Promise<Memory[] | string> {
  const { detach, remove } = peer
  const names = Array.from({ length: many }, (_, i) => `${id}-${i}`)
  const removeAll = () => run(remove!(...names))
  defer(removeAll)
  const failure = whyNot(detach!(names[0]!, [], 'true'))
  run(remove!(names[0]!))
  if (failure !== undefined) return failure
  const start = async (some: readonly string[], command: readonly string[]) => {
    for (const name of some) {
      run(detach!(name, [], ...command))
      // time for a Ctrl-C
      await setTimeout(1)
    }
  }
  try {
    await start(names.slice(0, few), idle)
    const first = await settled(peer, names.slice(0, few))
    await start(names.slice(few), idle)
    const second = await settled(peer, names)
    removeAll()
    await start(names.slice(0, few), talkative)
    return [first, second, await settled(peer, names.slice(0, few))]
  } catch (error) {
    return (error as Error).message
  } finally {
    removeAll()
  }
}

/** The mean of all, when it has stayed the same for a while, or will not. */
async function settled({ kept }: Peer, names: readonly string[]): Promise<Memory> {
  const watchers = names.map((name) => parentOf(firstProcess(kept!, name)))
  let last = sum(watchers.map(memoryOf))
  let since = Date.now()
  for (const deadline = since + settling; Date.now() < deadline && Date.now() - since < still; ) {
    await setTimeout(500)
    const now = sum(watchers.map(memoryOf))
    if (Math.abs(now.own - last.own) > 0.02 * last.own) since = Date.now()
    last = now
  }
  return { own: last.own / names.length, proportional: last.proportional / names.length }
}

function sum(all: readonly Memory[]): Memory {
  return {
    own: all.reduce((total, { own }) => total + own, 0),
    proportional: all.reduce((total, { proportional }) => total + proportional, 0),
  }
}

function both({ own, proportional }: Memory): string {
  return `${(own / 1e6).toFixed(2)} / ${(proportional / 1e6).toFixed(2)}`
}
