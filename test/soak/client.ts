// One of the clients: it keeps some containers, and does one thing after the other to them, until the time is over. What
// it does is drawn by a generator that begins with the client's number, so that two soaks do the same things. After each
// command it looks whether that did what it said.

import type { Result } from '../cli/gocker.ts'
import type { Ledger } from './ledger.ts'

export interface ClientOptions {
  readonly number: number
  /** How many containers it keeps. */
  readonly keeps: number
  /** In milliseconds since 1970. */
  readonly until: number
  readonly networks: readonly string[]
  readonly ledger: Ledger
  readonly gocker: (...args: string[]) => Promise<Result>
}

interface Kept {
  readonly name: string
  readonly id: string
  /** It is on a network of its own, `none` and `host` not counted. */
  readonly network: string
  /** How often it was started. */
  starts: number
  readonly isPublished: boolean
  readonly hasVolume: boolean
}

/** The volume into which the containers of a client write a line at each start. */
export const volumeOf = (client: number) => `lines-${client}`

/** @returns how many lines its volume must have */
export async function client(options: ClientOptions): Promise<number> {
  const { number, keeps, until, networks, ledger, gocker } = options
  const draw = drawing(number + 1)
  const kept: Kept[] = []
  let made = 0
  let lines = 0

  /** A command that has to succeed. */
  const must = async (what: string, ...args: string[]): Promise<Result> => {
    const result = await gocker(...args)
    ledger.done(what)
    if (result.status !== 0 || result.stderr !== '')
      ledger.fail(`${args.join(' ')}: ${result.status} ${result.stderr.trim()}`)
    return result
  }

  const run = async () => {
    const n = made++
    const name = `soak-${number}-${n}`
    const network = draw(4) === 0 ? 'none' : draw(3) === 0 ? networks[n % networks.length]! : 'bridge'
    const isPublished = network !== 'none' && draw(3) === 0
    const hasVolume = draw(3) === 0
    const flags = [
      ...['--network', network],
      ...(isPublished ? ['-p', '127.0.0.1::7'] : []),
      ...(hasVolume ? ['-v', `${volumeOf(number)}:/lines`] : []),
      ...(draw(5) === 0 ? ['-v', '/scratch'] : []),
      ...(draw(6) === 0 ? ['-m', '64m', '--pids-limit', '50'] : []),
    ]
    const script = `${hasVolume ? 'echo x >> /lines/all; ' : ''}trap "exit 7" TERM; echo up; while :; do sleep 0.2; done`
    const { status, stdout } = await must(
      'run',
      'run',
      '-d',
      '--name',
      name,
      ...flags,
      'tiny',
      'sh',
      '-c',
      script,
    )
    if (status !== 0) return
    const one: Kept = { name, id: stdout.trim(), network, starts: 1, isPublished, hasVolume }
    ledger.ids.add(one.id)
    ledger.hold(`name ${name}`, name)
    kept.push(one)
    if (hasVolume) await isUp(one)
    await look(one)
  }

  /** The program has said so: what it writes into the volume, it has written. */
  const isUp = async (one: Kept) => {
    for (let i = 0; i < 400; i++) {
      const { stdout } = await gocker('logs', one.name)
      if (stdout.split('up\n').length > one.starts) {
        if (one.hasVolume) lines++
        return
      }
    }
    ledger.fail(`${one.name} never said that it is up`)
  }

  /** What it was given. */
  const look = async (one: Kept) => {
    const { stdout } = await must('inspect', 'inspect', one.name)
    const [seen] = JSON.parse(stdout || '[]')
    if (seen?.State?.Status !== 'running' || seen.Id !== one.id)
      return ledger.fail(`${one.name} should run as ${one.id}, but: ${stdout}`)
    if (one.network === 'none') return
    const { Networks, Ports } = seen.NetworkSettings
    const address: string = Networks[one.network]?.IPAddress ?? ''
    if (!/^\d+\.\d+\.\d+\.\d+$/.test(address)) return ledger.fail(`${one.name} has no address: ${stdout}`)
    ledger.hold(`address ${address}`, one.name)
    ledger.links.add(linkOf(address))
    const port: string | undefined = Ports['7/tcp']?.[0]?.HostPort
    if (one.isPublished && port === undefined) return ledger.fail(`${one.name} has no port: ${stdout}`)
    if (port !== undefined) ledger.hold(`port ${port}`, one.name)
  }

  const exec = async (one: Kept) => {
    const words = one.network === 'none' ? 'hostname' : 'ip -4 -o addr show eth0 | grep -o "inet [0-9.]*"'
    const { stdout } = await must('exec', 'exec', one.name, 'sh', '-c', words)
    if (one.network === 'none') {
      if (stdout.trim() !== one.id.slice(0, 12)) ledger.fail(`exec in ${one.name} said ${stdout}`)
      return
    }
    ledger.hold(`address ${stdout.trim().replace('inet ', '')}`, one.name)
  }

  const ended = async (one: Kept, codes: readonly number[]) => {
    const { stdout } = await must(
      'inspect',
      'inspect',
      '-f',
      '{{.State.Status}} {{.State.ExitCode}}',
      one.name,
    )
    if (!codes.some((code) => stdout === `exited ${code}\n`))
      ledger.fail(`${one.name} should have exited with ${codes}, but: ${stdout}`)
    const logs = await must('logs', 'logs', one.name)
    if (logs.stdout.split('up\n').length - 1 !== one.starts && !codes.includes(137))
      ledger.fail(`${one.name} was started ${one.starts} times, but its log is: ${logs.stdout}`)
  }

  const again = async (one: Kept, how: 'restart' | 'start') => {
    ledger.letGo(one.name)
    await must(how, ...(how === 'restart' ? ['restart', '-t', '5'] : ['start']), one.name)
    ledger.hold(`name ${one.name}`, one.name)
    one.starts++
    await isUp(one)
    await look(one)
  }

  const remove = async (one: Kept, ...flags: string[]) => {
    kept.splice(kept.indexOf(one), 1)
    ledger.letGo(one.name)
    await must('rm', 'rm', '-v', ...flags, one.name)
  }

  const endings: readonly ((one: Kept) => Promise<void>)[] = [
    async (one) => {
      ledger.letGo(one.name)
      await must('stop', 'stop', '-t', '5', one.name)
      // a signal that comes before the shell has said what to do with it is lost on process 1: then it is killed
      await ended(one, [7, 137])
      await remove(one)
    },
    async (one) => {
      ledger.letGo(one.name)
      await must('stop', 'stop', '-t', '0', one.name)
      await ended(one, [7, 137])
      if (draw(2) === 0) await again(one, 'start')
      else await remove(one)
    },
    async (one) => {
      ledger.letGo(one.name)
      await must('kill', 'kill', one.name)
      await must('wait', 'wait', one.name)
      await ended(one, [137])
      await remove(one)
    },
    (one) => remove(one, '-f'),
    (one) => remove(one, '-f'),
    (one) => again(one, 'restart'),
  ]

  await must('volume', 'volume', 'create', volumeOf(number))
  while (Date.now() < until) {
    if (kept.length < keeps) await run()
    const one = kept[draw(kept.length)]
    if (one === undefined) continue
    if (draw(2) === 0) await exec(one)
    else if (kept.length >= keeps - 1) await endings[draw(endings.length)]!(one)
  }
  while (kept.length > 0) await remove(kept[0]!, '-f')
  return lines
}

/** The name of the host's end of the cable that has this address. */
function linkOf(address: string): string {
  const hex = address.split('.').map((part) => Number(part).toString(16).padStart(2, '0'))
  return `veth-${hex.join('')}`
}

/** Numbers from 0 to below the one given: a linear congruential generator, as in rand(3) of POSIX. */
function drawing(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}
