// Many containers, for long: clients start, enter, stop, kill, restart and remove them at the same time, on several
// networks, with ports and volumes. Nothing is lost, nothing is given twice, nothing is left. SOAK=120 does so for two
// minutes with a hundred containers; otherwise it is a short one.

import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { gocker, gockerWith, isRoot, places, until, useGocker } from './cli/gocker.ts'
import { filesBelow, memoryOf, oursOnThisHost, ownSubnet } from './ours.ts'
import { client, volumeOf } from './soak/client.ts'
import { openLedger } from './soak/ledger.ts'

useGocker()

const isLong = process.env.SOAK !== undefined
const seconds = Number(process.env.SOAK ?? 8)
const clients = 8
/** All of them together keep so many. */
const containers = isLong ? 100 : 20
const networks = ['soak-a', 'soak-b']

const allowed = { timeout: (seconds + 300) * 1000 }

/** Somebody else on this machine, with a root of his own, clears away what nobody needs. @returns what failed */
async function pruning(until: number): Promise<string[]> {
  const root = mkdtempSync(join(tmpdir(), 'gocker-neighbour-'))
  const failures: string[] = []
  while (Date.now() < until) {
    const { status, stderr } = await gockerWith({ env: { GOCKER_ROOT: root } }, 'system', 'prune', '-f')
    if (status !== 0 || stderr !== '') failures.push(`system prune: ${status} ${stderr}`)
  }
  rmSync(root, { recursive: true })
  return failures
}

describe.skipIf(!isRoot)('clients at once (need root)', () => {
  it(
    `${clients} of them with ${containers} containers: nothing lost, nothing twice, nothing left`,
    allowed,
    async () => {
      const before = filesBelow(places.root)
      const ledger = openLedger()
      for (const [n, name] of networks.entries()) {
        const { stdout } = await gocker('network', 'create', '--subnet', ownSubnet(n + 1), name)
        ledger.links.add(`gk-${stdout.slice(0, 12)}`)
      }
      let peak = { bytes: 0, processes: 0 }
      const watch = setInterval(() => {
        const now = memoryOf(places.root)
        if (now.bytes > peak.bytes) peak = now
      }, 2000)
      const began = Date.now()
      const ends = began + seconds * 1000
      const neighbour = pruning(ends)
      const lines = await Promise.all(
        Array.from({ length: clients }, (_, number) =>
          client({
            number,
            keeps: Math.ceil(containers / clients),
            until: ends,
            networks,
            ledger,
            gocker: (...args) => gockerWith({}, ...args),
          }),
        ),
      )
      const took = (Date.now() - began) / 1000
      clearInterval(watch)
      expect(await neighbour).toEqual([])
      const total = [...ledger.counts.values()].reduce((sum, one) => sum + one, 0)
      process.stdout.write(
        `\n${took.toFixed(0)} s, ${total} commands (${(total / took).toFixed(1)} a second): ` +
          [...ledger.counts]
            .map(([what, count]) => `${what} ${count} (${(count / took).toFixed(1)}/s)`)
            .join(', ') +
          `\n${ledger.failures.length} failures; at most ${Math.round(peak.bytes / 2 ** 20)} MB in ${peak.processes} processes of gocker\n`,
      )
      expect(ledger.failures).toEqual([])

      // every start of a container with the client's volume has left a line there
      const written = lines.map((_, number) => join(places.root, 'volumes', volumeOf(number), '_data/all'))
      expect(written.map((path) => (existsSync(path) ? readFileSync(path, 'utf8').length / 2 : 0))).toEqual(
        lines,
      )

      expect((await gocker('ps', '-aq')).stdout).toBe('')
      for (const args of [
        ['network', 'rm', ...networks],
        ['volume', 'rm', ...lines.map((_, number) => volumeOf(number))],
        ['system', 'prune', '-f'],
      ]) {
        const { status, stderr } = await gocker(...args)
        expect([status, stderr]).toEqual([0, ''])
      }
      expect((await gocker('volume', 'ls', '-q')).stdout).toBe('')
      const marks = { ...ledger, root: places.root }
      await until(
        () => oursOnThisHost(marks).length === 0,
        () => `left: ${oursOnThisHost(marks).join('\n')}`,
      )
      expect(filesBelow(places.root)).toEqual(before)
    },
  )
})
