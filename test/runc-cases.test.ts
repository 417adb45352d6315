// What runc tests of holding a program, tested here: runc/cases.ts

import { chmodSync, chownSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { gocker, isRoot, until, useGocker } from './cli/gocker.ts'
import { makeImage } from './cli/image.ts'
import { cases, type Made } from './runc/cases.ts'

useGocker()

const made = cases.filter((one): one is Made => 'script' in one)

describe('the tests of runc', () => {
  it('are all of those that there are, once', () => {
    const names = cases.map(({ file, name }) => `${file}: ${name}`)
    expect(new Set(names).size).toBe(names.length)
    expect(made.length).toBeGreaterThan(30)
  })

  it('that are said to be elsewhere are there', () => {
    for (const one of cases) {
      if (!('test' in one)) continue
      const [file, words] = one.test
      expect(readFileSync(join(import.meta.dirname, file), 'utf8'), `${one.file}: ${one.name}`).toContain(
        words,
      )
    }
  })
})

describe.skipIf(!isRoot)('as runc (needs root)', () => {
  beforeAll(() => {
    makeImage('runc-links', (layer) => {
      const directory = (name: string, mode: number, uid = 0) => {
        mkdirSync(join(layer, name), { recursive: true })
        chownSync(join(layer, name), uid, uid)
        chmodSync(join(layer, name), mode)
      }
      directory('real/conf', 0o755)
      directory('setgid', 0o7755)
      directory('there', 0o710)
      directory('of-42', 0o700, 42)
      directory('of-root', 0o700)
      symlinkSync('/real/conf', join(layer, 'conf'))
    })
    makeImage('runc-dangling', (layer) => {
      mkdirSync(join(layer, 'etc'))
      symlinkSync('/tmp/foo/bar', join(layer, 'jump'))
      symlinkSync('/jump/baz/hosts', join(layer, 'etc/hosts'))
    })
  })

  it.for(made)('$file: $name', async ({ flags = [], image = 'tiny', script, says, status = 0, exec }) => {
    const words = ['--network', 'none', ...flags, image, 'sh', '-c', script]
    const result = exec ? await entered(words, exec) : await gocker('run', '--rm', ...words)
    expect(result.stdout + result.stderr).toEqual(
      typeof says === 'string' ? says : expect.stringMatching(says),
    )
    expect(result.status).toBe(status)
  })
})

let count = 0

/** What a further program says; /dev/null is root's before and after. */
async function entered(words: readonly string[], flags: readonly string[]) {
  const name = `entered-${++count}`
  await gocker('run', '-d', '--name', name, ...words)
  await until(
    async () => (await gocker('inspect', '--format', '{{.State.Status}}', name)).stdout === 'running\n',
  )
  const result = await gocker(
    'exec',
    ...flags,
    name,
    'sh',
    '-c',
    '[ $(stat -c %u /dev/null) = 0 ] && echo entered',
  )
  await gocker('rm', '-f', name)
  return result
}
