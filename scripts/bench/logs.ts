// Logs: a container writes many lines as fast as it can, and then the engine is asked for all of them. Every byte that comes
// back is compared with what was written.

import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { median } from './compare.ts'
import { firstProcess, parentOf, processesOf, processorTime } from './inside-proc.ts'
import { measurePiped, which, whyNot } from './measure.ts'
import { ours, type Peer } from './peers.ts'
import { run, type Workplace } from './workplace.ts'

const id = 'gocker-bench-logs'
/** A text of about a hundred characters a line; each line is another one, and some have what JSON must escape. */
const lineAt = (n: number) =>
  `${String(n).padStart(10)} GET /fruit/${(n * 7919) % 100_003}.html HTTP/1.1 200 ${n % 16 === 0 ? '"Mozilla/5.0\t\\x"' : 'Mozilla/5.0 (X11)'} from 192.0.2.${n % 256} in ${n % 1000} µs\n`

/** In bytes a second, and seconds of processor time for a billion bytes. */
interface Figures {
  readonly write: number
  readonly writeCpu: number
  readonly read: number
  readonly readCpu: number
}

export async function benchLogs(
  workplace: Workplace,
  peers: readonly Peer[],
  megabytes: number,
  rounds: number,
) {
  const all = [ours(workplace), ...peers.filter(({ start, kept }) => !start || kept)]
  const lines = join(workplace.folder, 'lines')
  writeLines(lines, megabytes * 1e6)
  const results = new Map<string, Figures[]>(all.map(({ name }) => [name, []]))
  const missing = new Map<string, string | undefined>()
  for (const peer of all) {
    const { name, detach, remove } = peer
    if (remove) workplace.defer(() => run(remove(id)))
    missing.set(name, detach ? whyNot(detach(id, [], 'true')) : (peer.missing ?? 'not installed'))
    if (remove) run(remove(id))
  }
  for (let round = 0; round < rounds; round++) {
    for (const peer of round % 2 === 0 ? all : all.toReversed()) {
      if (missing.get(peer.name) !== undefined) continue
      try {
        results.get(peer.name)!.push(await once(workplace, peer, lines))
      } catch (error) {
        missing.set(peer.name, (error as Error).message)
      } finally {
        run(peer.remove!(id))
      }
    }
  }
  return tableOf(`${(statSync(lines).size / 1e6).toFixed(0)} MB of lines`, all, results, missing)
}

/** Write, wait for the end, read. @throws Error if anything of it is lost */
async function once({ folder }: Workplace, { detach, remove, kept }: Peer, lines: string): Promise<Figures> {
  const shared = join(folder, 'log-signals')
  rmSync(shared, { recursive: true, force: true })
  mkdirSync(shared)
  const script = `until [ -e /mnt/go ]; do sleep 0.05; done
    cat /media/lines; : > /mnt/done; until [ -e /mnt/end ]; do sleep 0.05; done`
  const flags = [...kept!.wholeLog, '-v', `${shared}:/mnt`, '-v', `${folder}:/media:ro`]
  run(remove!(id))
  if (run(detach!(id, flags, 'sh', '-c', script)) === undefined)
    throw new Error(whyNot(detach!(`${id}-2`, flags, 'true')) ?? 'does not start')
  const first = firstProcess(kept!, id)
  // the engines that stay in the background work for it, too
  const watchers = [parentOf(first), ...processesOf(['dockerd', 'containerd'])]
  const cpu = () => watchers.reduce((sum, pid) => sum + processorTime(pid), 0)
  const size = statSync(lines).size
  const [cpuBefore, begin] = [cpu(), performance.now()]
  writeFileSync(join(shared, 'go'), '')
  while (!existsSync(join(shared, 'done'))) await setTimeout(5)
  const writing = performance.now() - begin
  // what is still in a pipe is less than a thousandth
  await setTimeout(100)
  const writeCpu = cpu() - cpuBefore
  writeFileSync(join(shared, 'end'), '')
  run(kept!.wait(id))

  const before = processesOf(['dockerd', 'containerd']).map(processorTime)
  // cmp says with its exit status whether all of it came, and nothing else
  const reading = measurePiped(kept!.logs(id), { program: which('cmp')!, args: ['-', lines] })
  const after = processesOf(['dockerd', 'containerd']).map(processorTime)
  const background = after.reduce((sum, time, i) => sum + time - (before[i] ?? 0), 0)
  return {
    write: size / (writing / 1000),
    writeCpu: (writeCpu / size) * 1e6,
    read: size / (reading.wall / 1000),
    readCpu: ((reading.cpu + background) / size) * 1e6,
  }
}

function writeLines(path: string, size: number): void {
  const fd = openSync(path, 'w')
  for (let written = 0, n = 0; written < size; ) {
    let text = ''
    for (const last = n + 10_000; n < last; n++) text += lineAt(n)
    written += writeSync(fd, text)
  }
  closeSync(fd)
}

function tableOf(
  title: string,
  all: readonly Peer[],
  results: ReadonlyMap<string, readonly Figures[]>,
  missing: ReadonlyMap<string, string | undefined>,
): string {
  const docker = results.get('docker') ?? []
  const of = (figures: readonly Figures[], key: keyof Figures) => median(figures.map((one) => one[key]))
  const speed = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB/s`
  const lines = all.map(({ name }) => {
    const figures = results.get(name)!
    if (missing.get(name) !== undefined) return `| ${name} | ${missing.get(name)} | | | | | | |`
    const ratio = (key: keyof Figures) =>
      docker.length === 0 ? '' : (of(figures, key) / of(docker, key)).toFixed(2)
    const cells = (['write', 'read'] as const).flatMap((key) => [
      speed(of(figures, key)),
      ratio(key),
      `${of(figures, `${key}Cpu`).toFixed(2)} s`,
    ])
    return `| ${name} | ${[...cells, name === 'gocker' ? '≥ 1 × docker' : ''].join(' | ')} |`
  })
  return [
    `| ${title} | written | × docker | processor time for 1 GB | \`logs\` | × docker | processor time for 1 GB | target |`,
    `|---|${'---:|'.repeat(7)}`,
    ...lines,
    '',
    'Each `logs` gave back every byte that was written.',
  ].join('\n')
}
