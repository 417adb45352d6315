// Makes attacks: with all protections, or without some. Those that need nothing but a container are made many in one, each as a
// process of its own; all others get a container each.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Attack, Program, Protection, Seen } from './attack.ts'
import { attackProgram, readResults } from './calls.ts'
import { type Host, makeHost, type Prey } from './host.ts'
import { place, program } from './place.ts'
import { spawnCommand } from './spawn.ts'

const launcher = fileURLToPath(new URL('launch.ts', import.meta.url))

/** Which protections are off: all at once by their flags, where they have one; some in the data. */
export type Off = 'none' | 'all' | readonly Protection[]

/** One attack, made once. */
export interface Try {
  readonly attack: Attack
  readonly off: Off
}

export interface Outcome {
  readonly gotThrough: boolean
  readonly seen: Seen
}

/** How many containers at once. */
const atOnce = 4

/** Make them all, in an order of their own. */
export async function makeAll(tries: readonly Try[]): Promise<ReadonlyMap<Try, Outcome>> {
  const outcomes = new Map<Try, Outcome>()
  const groups = Map.groupBy(tries, (one) => (isPlain(one.attack) ? keyOf(one) : one))
  const waiting = [...groups.values()]
  const work = async () => {
    for (let group = waiting.shift(); group; group = waiting.shift()) {
      if (isPlain(group[0]!.attack)) await makeTogether(group, outcomes)
      else outcomes.set(group[0]!, await makeAlone(group[0]!))
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return outcomes
}

/** Nothing of its own but a program? */
function isPlain({ attack, around, flags, image }: Attack): boolean {
  return typeof attack === 'function' && !around && !flags && !image
}

const isOff = (off: Off, protection: Protection) =>
  off === 'all' || (Array.isArray(off) && off.includes(protection))

/**
 * Those with one key go into one container. With all of its protections off, an attack gets exactly these flags; where it has to
 * be stopped by the protection that is left, it does no harm that others of their kind are off, too.
 */
function keyOf({ attack, off }: Try): string {
  const layers = attack.stoppedBy.filter((one) => isOff(off, one)).map(({ layer }) => layer)
  const always = attack.stoppedBy.flatMap((one) => (isOff(off, one) ? [] : (one.on ?? [])))
  const kinds = off === 'all' ? layers : layers.map((layer) => layer.replace(/^no CAP_.*/, 'capabilities'))
  return [off === 'all', ...always, ...kinds.toSorted()].join('; ')
}

let count = 0

function newHost({ name }: Attack): Prey {
  return makeHost(place('prey'), `${name.replaceAll(/\W+/g, '-').toLowerCase()}-${++count}`)
}

async function makeTogether(group: readonly Try[], outcomes: Map<Try, Outcome>): Promise<void> {
  using hosts = new DisposableStack()
  const directory = place(`programs-${++count}`)
  mkdirSync(directory)
  const made = group.map((one, i) => {
    const host = hosts.use(newHost(one.attack))
    const what = (one.attack.attack as (host: Host) => Program)(host)
    const path = join(directory, String(i))
    writeFileSync(path, fileOf(what), { mode: 0o755 })
    return { one, host, what, path }
  })
  const script = `for i in $(seq 0 ${group.length - 1}); do
    timeout 30 /programs/$i > /programs/$i.out 2> /programs/$i.err; echo $? > /programs/$i.status; done`
  const { stderr } = await start(group, made[0]!.host, ['-v', `${directory}:/programs`], ['sh', '-c', script])
  for (const { one, host, what, path } of made) {
    const read = (what: string) => {
      try {
        return readFileSync(`${path}.${what}`, 'latin1')
      } catch {
        return ''
      }
    }
    const result = {
      status: Number(read('status') || 255),
      stdout: read('out'),
      stderr: stderr + read('err'),
    }
    outcomes.set(one, judged(one.attack, host, seenOf(what, result)))
  }
}

async function makeAlone(one: Try): Promise<Outcome> {
  const { attack, off } = one
  using host = newHost(attack)
  const given = typeof attack.flags === 'function' ? attack.flags(host) : (attack.flags ?? [])
  const run = async (flags: readonly string[], what: Program, image?: string) => {
    const [mounts, command] = commandOf(host.token, what)
    return seenOf(
      what,
      await start([one], host, [...given, ...flags, ...mounts], command, image ?? attack.image),
    )
  }
  const seen =
    typeof attack.attack === 'function'
      ? await run([], attack.attack(host))
      : await attack.attack.does({ host, isOff: (protection) => isOff(off, protection), run })
  return judged(attack, host, seen)
}

function judged(attack: Attack, host: Host, seen: Seen): Outcome {
  return { gotThrough: attack.gotThrough(seen, host), seen }
}

/** A container for these, without what is off for any of them. */
function start(
  group: readonly Try[],
  host: Host,
  given: readonly string[],
  command: readonly string[],
  image = 'tiny',
) {
  const [{ attack, off }] = group as [Try]
  const byFlag = (one: Protection) => off === 'all' && one.off !== undefined
  const isChange = (one: Protection) =>
    isOff(off, one) && !byFlag(one) && [one.spec, one.steps, one.direct].some((way) => way !== undefined)
  const switches = attack.stoppedBy.flatMap((one) => {
    if (!isOff(off, one)) return one.on ?? []
    return isChange(one) ? [] : (one.off ?? [])
  })
  const hasNetwork = [...given, ...switches].includes('--network')
  const words = [
    ...['--rm', ...(hasNetwork ? [] : ['--network', 'none'])],
    ...[...given, ...switches, image, ...command],
  ]
  const changes = group.map((one) => ({
    attack: one.attack.name,
    off: one.attack.stoppedBy
      .filter((protection) => isOff(one.off, protection) && isChange(protection))
      .map(({ layer }) => layer),
  }))
  const order = { changes: off === 'all' ? changes.slice(0, 1) : changes, host: { ...host, pid: host.pid } }
  const all = attack.stoppedBy.some(isChange)
    ? [process.execPath, launcher, JSON.stringify(order), ...words]
    : [program, 'run', ...words]
  return spawnCommand(attack.around?.(all, host) ?? all)
}

function fileOf(what: Program): Buffer | string {
  if ('command' in what) throw new Error('A command is no file: such an attack is made by itself.')
  return 'script' in what ? `#!/bin/sh\n${what.script}\n` : attackProgram(what.calls)
}

function commandOf(token: string, what: Program): [mounts: string[], command: string[]] {
  if ('command' in what) return [[], [...what.command]]
  if ('script' in what) return [[], ['sh', '-c', what.script]]
  const path = place('programs', token)
  mkdirSync(place('programs'), { recursive: true })
  writeFileSync(path, fileOf(what), { mode: 0o755 })
  return [['-v', `${path}:/attack:ro`], ['/attack']]
}

function seenOf(what: Program, result: { status: number | string; stdout: string; stderr: string }): Seen {
  const { results, text } = readResults(result.stdout, 'calls' in what ? what.calls.length : 0)
  return { ...result, stdout: text, results }
}
