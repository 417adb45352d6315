// What lies on the disk is root's own: nobody else can get at a set-user-ID program that a container has left, or read a secret.

import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { background, gocker, isRoot, places, useGocker } from './gocker.ts'

useGocker()

describe.skipIf(!isRoot)('the folder of gocker (needs root)', () => {
  it('is closed for everyone but root, at its first step', async () => {
    await using _ = await background('kept', '--network', 'none', '-v', 'kept:/data', 'tiny', 'sleep', '1000')
    await gocker('network', 'create', 'kept')
    const open = readdirSync(places.root).filter(
      (name) => (statSync(join(places.root, name)).mode & 0o077) !== 0,
    )
    // the tests' own
    expect(open.filter((name) => name !== 'tmp')).toEqual([])
    await gocker('network', 'rm', 'kept')
  })

  it('has no secrets in files that are open, even so', async () => {
    await using _ = await background('secret', '--network', 'none', '-e', 'TOKEN=x', 'tiny', 'sleep', '1000')
    const ids = readdirSync(places.containers)
    for (const id of ids)
      for (const name of readdirSync(join(places.containers, id)).filter((one) =>
        /\.(json|jsonl|log)$/.test(one),
      ))
        expect(statSync(join(places.containers, id, name)).mode & 0o077, name).toBe(0)
  })
})
