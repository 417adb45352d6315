// gocker doctor on this very machine.

import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { readBook } from '../scripts/tutorial/book.ts'
import { checks as allChecks } from '../src/cli/doctor.ts'

const gocker = fileURLToPath(new URL('../src/cli/gocker', import.meta.url))

interface Answer {
  readonly runs: boolean
  readonly chapters: readonly { readonly chapter: number; readonly works: boolean }[]
  readonly checks: readonly { readonly name: string; readonly verdict: string; readonly found: string }[]
}

function doctor(
  args: readonly string[] = ['--format', 'json'],
  options: { uid?: number; gid?: number } = {},
) {
  const env = { ...process.env, NO_COLOR: '1' }
  return spawnSync('sh', [gocker, 'doctor', ...args], { encoding: 'utf8', env, ...options })
}

/** What a check that was forgotten would leave behind. */
function traces(): string[] {
  const folders = [
    '/sys/fs/cgroup',
    '/sys/fs/cgroup/memory',
    '/sys/fs/cgroup/pids',
    '/var/lib',
    '/var/lib/gocker',
  ]
  const names = folders.filter((path) => existsSync(path)).flatMap((path) => readdirSync(path))
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8').split('\n')
  return [...names, ...mounts, ...readdirSync('/sys/class/net')].filter((text) =>
    /gocker-doctor|outside/.test(text),
  )
}

describe.skipIf(process.platform !== 'linux')('gocker doctor', () => {
  it('has an exit status that agrees with what it says, and leaves nothing behind', () => {
    const { stdout, status, stderr } = doctor()
    const { runs, chapters, checks } = JSON.parse(stdout) as Answer
    expect(stderr).toBe('')
    expect(status).toBe(runs ? 0 : 1)
    expect(chapters.map(({ chapter }) => chapter)).toEqual(readBook().chapters.map(({ number }) => number))
    expect(chapters.at(-1)!.works).toBe(runs)
    expect(runs).toBe(!checks.some(({ verdict }) => verdict === 'bad'))
    expect(traces()).toEqual([])
  })

  it('names the capabilities that this process cannot hand on', () => {
    const bounding = /^CapBnd:\s*([0-9a-f]+)/m.exec(readFileSync('/proc/self/status', 'utf8'))![1]
    const sysResource = (BigInt(`0x${bounding}`) >> 24n) & 1n
    const { checks } = JSON.parse(doctor().stdout) as Answer
    const { found } = checks.find(({ name }) => name === 'capabilities')!
    expect(found.includes('CAP_SYS_RESOURCE')).toBe(sysResource === 0n)
  })

  it('says the same as text, with a heading for each chapter', () => {
    const { stdout } = doctor([])
    const numbers = new Set(allChecks.map(({ chapter }) => chapter))
    expect(stdout.match(/^chapter \d+/gm)).toEqual([...numbers].map((n) => `chapter ${n}`))
    expect(stdout).toMatch(/Containers (can run here|cannot run here: see what is marked with ✘)/)
    expect(stdout.trim().split('\n').at(-1)).toMatch(/chapters? .*works? here/i)
  })

  it('tells an ordinary user to ask as root, and looks at what there is to see', (ctx) => {
    if (process.geteuid?.() !== 0) return ctx.skip('only root can become another user')
    const { stdout, status, error } = doctor(['--format', 'json'], { uid: 65534, gid: 65534 })
    if (error || stdout === '') return ctx.skip('other users cannot read this directory')
    const { runs, chapters, checks } = JSON.parse(stdout) as Answer
    expect({ runs, status }).toEqual({ runs: false, status: 1 })
    expect(chapters.filter(({ works }) => works).map(({ chapter }) => chapter)).toEqual([1])
    const verdictOf = (wanted: string) => checks.find(({ name }) => name === wanted)?.verdict
    expect(verdictOf('root')).toBe('bad')
    expect(verdictOf('kernel')).toBe('good')
    expect(verdictOf('nf_tables')).toBe('unseen')
  })

  it('refuses a format that there is none of', () => {
    const { status, stderr } = doctor(['--format', 'xml'])
    expect(status).toBe(1)
    expect(stderr).toContain('unknown format: xml')
  })
})
