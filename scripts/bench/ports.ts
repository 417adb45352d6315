// The way to a container's port, beside the way within this machine: how much goes through in a second, and how long a small
// request and its answer take. Server and client are wire.ts. The server is put into the network of a container that sleeps, so
// the image needs to know nothing of it, and it is the same one for every engine.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { networkInterfaces } from 'node:os'
import { fileURLToPath } from 'node:url'
import { median } from './compare.ts'
import type { DockerEngine } from './docker-engine.ts'
import { firstProcess } from './inside-proc.ts'
import { type Command, which, whyNot } from './measure.ts'
import { ours, type Peer } from './peers.ts'
import type { Wire } from './wire.ts'
import { run, type Workplace } from './workplace.ts'

const wire = fileURLToPath(new URL('wire.ts', import.meta.url))
const id = 'gocker-bench-ports'
const network = 'gocker-bench'
const port = 7000
const base = "this machine's loopback"

interface Way {
  readonly name: string
  /** What the client does; undefined: this way cannot be gone, and `missing` says why. */
  readonly ask: Command | undefined
  readonly missing?: string
}

export async function benchPorts(
  workplace: Workplace,
  peers: readonly Peer[],
  engine: DockerEngine | string,
  rounds: number,
): Promise<string> {
  const ways = [
    await loopback(workplace),
    ...(await ourWays(workplace)),
    ...(await dockerWays(workplace, peers, engine)),
  ]
  const results = new Map<string, Wire[]>(ways.map(({ name }) => [name, []]))
  const missing = new Map(
    ways.map(({ name, ask, missing }) => [name, ask ? whyNot(ask) : (missing ?? 'not installed')]),
  )
  for (let round = 0; round < rounds; round++) {
    for (const { name, ask } of round % 2 === 0 ? ways : ways.toReversed()) {
      if (missing.get(name) !== undefined) continue
      const said = run(ask!)
      if (said === undefined) missing.set(name, whyNot(ask!))
      else results.get(name)!.push(JSON.parse(said))
    }
  }
  return tableOf(ways, results, missing)
}

async function loopback(workplace: Workplace): Promise<Way> {
  const listening = await serve(workplace, (command) => command, 0)
  return { name: base, ask: ask('127.0.0.1', listening) }
}

async function ourWays(workplace: Workplace): Promise<Way[]> {
  const { gocker, defer } = workplace
  const { detach, kept, remove } = ours(workplace)
  const [server, other] = [`${id}-server`, `${id}-client`]
  defer(() => {
    run(remove!(server, other))
    run(gocker('network', 'rm', network))
  })
  run(gocker('network', 'create', network))
  const flags = ['--network', network]
  for (const command of [
    detach!(server, [...flags, '-p', `${port}`], 'sleep', '1000'),
    detach!(other, flags, 'sleep', '1000'),
  ])
    if (run(command) === undefined) return [{ name: 'gocker', ask: undefined, missing: whyNot(command) }]
  const there = insideOf(firstProcess(kept!, server))
  await serve(workplace, there, port)
  const published = portIn(run(gocker('port', server)))
  const networks = JSON.parse(
    run(gocker('inspect', '--format', '{{json .NetworkSettings.Networks}}', server))!,
  )
  const between = insideOf(firstProcess(kept!, other))
  return [
    { name: 'gocker, 127.0.0.1', ask: ask('127.0.0.1', published) },
    toOwnAddress('gocker', hostAddress(), published),
    { name: 'gocker, from container to container', ask: between(ask(networks[network].IPAddress, port)) },
  ]
}

async function dockerWays(
  workplace: Workplace,
  peers: readonly Peer[],
  engine: DockerEngine | string,
): Promise<Way[]> {
  const name = 'docker, 127.0.0.1'
  if (typeof engine === 'string') return [{ name, ask: undefined, missing: engine }]
  const { detach, kept, remove } = peers.find((peer) => peer.name === 'docker')!
  workplace.defer(() => run(remove!(id)))
  const command = detach!(id, ['-p', `${port}`], 'sleep', '1000')
  if (run(command) === undefined) return [{ name, ask: undefined, missing: whyNot(command) }]
  await serve(workplace, insideOf(firstProcess(kept!, id)), port)
  const published = portIn(run(engine.docker('port', id)))
  // an engine in a network of its own has no other address than that of its bridge
  const bridge = '{{.NetworkSettings.Gateway}}'
  const address = engine.isOurs
    ? run(engine.docker('inspect', '--format', bridge, id))?.trim()
    : hostAddress()
  const own = toOwnAddress('docker', address, published)
  return [
    { name, ask: engine.inside(ask('127.0.0.1', published)) },
    { ...own, ask: own.ask && engine.inside(own.ask) },
  ]
}

function toOwnAddress(name: string, address: string | undefined, published: number): Way {
  return {
    name: `${name}, the machine's address`,
    ask: address === undefined ? undefined : ask(address, published),
    missing: 'this machine has no address but 127.0.0.1',
  }
}

function ask(address: string, port: number): Command {
  return { program: process.execPath, args: [wire, 'ask', address, String(port)] }
}

/** Start the server; it ends with this one's work. @returns the port that it listens at */
async function serve({ defer }: Workplace, where: (command: Command) => Command, port: number) {
  const { program, args } = where({ program: process.execPath, args: [wire, 'serve', String(port)] })
  const server: ChildProcess = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  defer(() => server.kill())
  const [line] = await once(server.stdout!, 'data')
  return Number(line)
}

/** In the network of a process. */
function insideOf(pid: number): (command: Command) => Command {
  return ({ program, args, env }) => ({
    program: which('nsenter') ?? 'nsenter',
    args: [`--net=/proc/${pid}/ns/net`, program, ...args],
    env,
  })
}

/** From `7000/tcp -> 0.0.0.0:32768`, a line for each. */
function portIn(lines: string | undefined): number {
  return Number(/-> [\d.]+:(\d+)/.exec(lines ?? '')?.[1])
}

function hostAddress(): string | undefined {
  const all = Object.entries(networkInterfaces()).filter(
    ([name]) => !/^(gocker0|gk-|docker|br-|veth)/.test(name),
  )
  return all
    .flatMap(([, addresses]) => addresses ?? [])
    .find(({ family, internal }) => family === 'IPv4' && !internal)?.address
}

function tableOf(
  ways: readonly Way[],
  results: ReadonlyMap<string, readonly Wire[]>,
  missing: ReadonlyMap<string, string | undefined>,
): string {
  const of = (name: string, key: keyof Wire) => median((results.get(name) ?? []).map((one) => one[key]))
  const lines = ways.map(({ name }) => {
    if (missing.get(name) !== undefined) return `| ${name} | ${missing.get(name)} | | | | | |`
    const cells = (['p50', 'p99', 'throughput'] as const).flatMap((key) => {
      const value = of(name, key)
      const shown = key === 'throughput' ? `${(value / 1e6).toFixed(0)} MB/s` : `${value.toFixed(0)} µs`
      return [shown, (value / of(base, key)).toFixed(2)]
    })
    return `| ${name} | ${cells.join(' | ')} |`
  })
  return [
    '| a published port | p50 of request and answer | × loopback | p99 | × loopback | throughput | × loopback |',
    `|---|${'---:|'.repeat(6)}`,
    ...lines,
  ].join('\n')
}
