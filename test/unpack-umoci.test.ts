// The same image, unpacked by umoci (one directory with all layers applied) and by this engine (layers below an overlay):
// what a container would see must be the same in everything: content, owners, modes, times, links, attributes.

import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Node, treeOf } from './unpack/tree.ts'

const unpackOne = fileURLToPath(new URL('unpack/unpack-one.ts', import.meta.url))
const overlayCase = fileURLToPath(new URL('unpack/overlay-case.ts', import.meta.url))
const ready = process.platform === 'linux' && process.geteuid?.() === 0

let place = ''

beforeEach((ctx) => {
  if (!ready) ctx.skip('to unpack a layer with its owners and devices needs root on Linux')
  if (spawnSync('umoci', ['--version']).error) ctx.skip('umoci is not installed')
  place = mkdtempSync(join(tmpdir(), 'gocker-umoci-'))
})

afterEach(() => {
  if (place) rmSync(place, { recursive: true, force: true })
})

function run(command: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 26 })
  expect(status, `${command} ${args.join(' ')}: ${stderr}`).toBe(0)
  return stdout
}

const scripts = [
  `mkdir -p etc srv/fruit gone/deep opt/tool usr/bin tmp; chmod 1777 tmp
   for f in etc/passwd etc/group srv/fruit/apple srv/fruit/pear gone/deep/x opt/tool/run; do echo $f > $f; done
   echo 1 > usr/bin/su; chmod 4755 usr/bin/su; ln usr/bin/su usr/bin/sudo; ln -s su usr/bin/link; ln -s /nowhere dangling
   mkfifo -m 622 fifo; mknod -m 666 null c 1 3; mknod -m 660 disk b 8 1; chown -R 1000:1000 srv; chown -h 7:8 dangling
   mkdir -m 2750 setgid; echo x > setgid/x; echo long > "$(printf 'n%.0s' $(seq 1 200))"; mkdir -p a/b/c/d; truncate -s 1000000 zeros
   touch -d '2001-02-03 04:05:06' etc/passwd srv/fruit; touch -h -d '1999-01-01' usr/bin/link`,
  `rm -r gone srv/fruit; mkdir srv/fruit; echo kiwi > srv/fruit/kiwi; rm etc/group; echo more >> etc/passwd; chmod 600 etc/passwd
   rm -r a/b; echo file > a/b; rm null; mkdir null; echo in > null/in; chown 5:6 opt/tool; touch -d '2002-02-02' opt/tool/run`,
  `mkdir gone; echo again > gone/new; rm srv/fruit/kiwi; rm -r opt; ln -s etc opt; rm usr/bin/su; echo other > etc/group`,
]

/** An image with a layer for each script, and the tree that umoci makes of it. */
function makeImage(compress: string): { layers: string[]; tree: Record<string, Node> } {
  const oci = `${place}/oci`
  run('umoci', 'init', '--layout', oci)
  run('umoci', 'new', '--image', `${oci}:image`)
  for (const [i, script] of scripts.entries()) {
    const bundle = `${place}/bundle${i}`
    run('umoci', 'unpack', '--image', `${oci}:image`, bundle)
    run('sh', '-ec', `cd ${bundle}/rootfs && ${script}`)
    run('umoci', 'repack', '--image', `${oci}:image`, bundle)
  }
  if (compress === 'zstd') {
    run('skopeo', 'copy', '--dest-compress-format', 'zstd', `oci:${oci}:image`, `oci:${place}/zstd:image`)
  }
  const layout = compress === 'zstd' ? `${place}/zstd` : oci
  run('umoci', 'unpack', '--image', `${oci}:image`, `${place}/final`)
  return { layers: layersOf(layout), tree: treeOf(`${place}/final/rootfs`) }
}

/** The layers' files, the lowest first, named after what they are compressed with. */
function layersOf(layout: string): string[] {
  const json = (digest: string) => JSON.parse(readFileSync(blob(digest), 'utf8'))
  const blob = (digest: string) => `${layout}/blobs/${digest.replace(':', '/')}`
  const index = JSON.parse(readFileSync(`${layout}/index.json`, 'utf8'))
  const manifest = json(index.manifests[0].digest) as { layers: { digest: string; mediaType: string }[] }
  return manifest.layers.map(({ digest, mediaType }, i) => {
    const path = `${place}/layer${i}.${mediaType.endsWith('zstd') ? 'zst' : 'gz'}`
    run('cp', blob(digest), path)
    return path
  })
}

/** What differs in its way of being the same: a directory's link count, and what is kept beside a file. */
function comparable(tree: Record<string, Node>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(tree).map(([name, { xattrs: _, ...node }]) => [name, node]))
}

describe('an image of umoci', () => {
  it.each([['gzip'], ['zstd']])('with %s layers gives the tree that umoci gives', (compression) => {
    const { layers, tree } = makeImage(compression)
    mkdirSync(`${place}/layers`)
    const names = layers.map((path) => {
      const { name, error } = JSON.parse(run(process.execPath, unpackOne, path, `${place}/layers`))
      expect(error).toBeUndefined()
      return name
    })
    const seen = JSON.parse(run(process.execPath, overlayCase, 'tree', place, names.reverse().join(':')))
    expect(Object.keys(tree).length).toBeGreaterThan(20)
    expect(readdirSync(`${place}/layers`)).toHaveLength(2 * scripts.length)
    expect(comparable(seen)).toEqual(comparable(tree))
  })
})
