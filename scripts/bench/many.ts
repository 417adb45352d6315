// Twenty containers, all at once: from the first start to the last end.

import { spawn } from 'node:child_process'
import { median, milliseconds } from './compare.ts'
import { type Command, whyNot } from './measure.ts'
import { ours, type Peer } from './peers.ts'
import { run, type Workplace } from './workplace.ts'

const count = 20

export async function benchMany(workplace: Workplace, peers: readonly Peer[], rounds: number) {
  const all = [ours(workplace), ...peers]
  const missing = new Map(
    all.map(({ name, start, missing: reason }) => [
      name,
      start ? whyNot(start('gocker-bench', 'true')) : (reason ?? 'not installed'),
    ]),
  )
  const times = new Map<string, number[]>(all.map(({ name }) => [name, []]))
  for (let round = 0; round < rounds; round++) {
    for (const { name, start, remove } of round % 2 === 0 ? all : all.toReversed()) {
      if (missing.get(name) !== undefined) continue
      const names = Array.from({ length: count }, (_, i) => `gocker-bench-${round}-${i}`)
      const begin = performance.now()
      const codes = await Promise.all(names.map((id) => ended(start!(id, 'true'))))
      times.get(name)!.push(performance.now() - begin)
      const failed = codes.filter((code) => code !== 0).length
      if (failed > 0) missing.set(name, `${failed} of ${count} failed`)
      if (failed > 0 && remove) for (const id of names) run(remove(id))
    }
  }
  const docker = times.get('docker') ?? []
  const lines = all.map(({ name }) => {
    const wall = times.get(name)!
    if (missing.get(name) !== undefined) return `| ${name} | ${missing.get(name)} | | | |`
    const ratio = docker.length > 0 ? (median(wall) / median(docker)).toFixed(2) : 'docker does not run'
    const target = name === 'gocker' ? '≤ 0.3' : ''
    return `| ${name} | ${milliseconds(median(wall))} | ${milliseconds(Math.min(...wall))} | ${ratio} | ${target} |`
  })
  return [
    `| ${count} containers at once | median | least | × docker | target |`,
    '|---|---:|---:|---:|---:|',
    ...lines,
  ].join('\n')
}

function ended({ program, args, env }: Command): Promise<number | null> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: 'ignore' })
    child.once('exit', resolve)
    child.once('error', () => resolve(null))
  })
}
