// The overlay file system as the engine uses it, in a mount namespace of this process's own. argv: the case, an empty
// directory to work in, and what the case wants besides. Prints what was found, as JSON. Synchronous where files are
// concerned: other threads have not changed their namespace.

import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'
import { settleImpliedDirectories } from '../../src/image/implied-directories.ts'
import { unpackLayer } from '../../src/image/unpack.ts'
import { changes, difference } from '../../src/overlay/difference.ts'
import { readThrough } from '../../src/overlay/lookup.ts'
import { overlaySteps } from '../../src/overlay/mount.ts'
import { makeOpaque, makeWhiteout } from '../../src/overlay/whiteout.ts'
import { privateSteps } from '../../src/rootfs/pivot-root.ts'
import { call } from '../../src/syscall/call.ts'
import { CLONE_NEWNS } from '../../src/syscall/constants.ts'
import { perform } from '../../src/syscall/perform.ts'
import { unshare } from '../../src/syscall/process.ts'
import { treeOf } from './tree.ts'

const [name = '', place = '', extra = ''] = process.argv.slice(2)
const layersDir = `${place}/layers`

/** Mount the layers in directories with that name; `upper` gets what is written. */
function mounted(
  own: string,
  layers: readonly string[],
  volatile = false,
): { target: string; upper: string } {
  const [upper = '', work = '', target = ''] = ['upper', 'work', 'target'].map(
    (each) => `${place}/${own}/${each}`,
  )
  for (const each of [upper, work, target]) mkdirSync(each, { recursive: true })
  perform(overlaySteps({ layersDir, layers, upper, work, target, volatile }))
  return { target, upper }
}

function shell(directory: string, script: string): void {
  const { status, stderr } = spawnSync('/bin/sh', ['-ec', script], { cwd: directory, encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
}

function manyLayers(count: number) {
  const layers = Array.from({ length: count }, (_, i) => String(i).padStart(24, '0'))
  for (const layer of layers) {
    mkdirSync(`${layersDir}/${layer}`, { recursive: true })
    writeFileSync(`${layersDir}/${layer}/of-${layer}`, layer)
    writeFileSync(`${layersDir}/${layer}/common`, layer)
  }
  mkdirSync(layersDir, { recursive: true })
  const { target, upper } = mounted('container', layers)
  writeFileSync(`${target}/new`, 'written')
  return {
    files: Object.keys(treeOf(target)).length,
    common: count > 0 ? readFileSync(`${target}/common`, 'utf8') : '',
    written: readFileSync(`${upper}/new`, 'utf8'),
    mounts: readFileSync('/proc/thread-self/mounts', 'utf8').split(' overlay ').length - 1,
  }
}

async function roundTrip() {
  const layer = `${layersDir}/base`
  mkdirSync(layer, { recursive: true })
  shell(
    layer,
    `mkdir -p etc srv/old gone keep/deep; for f in etc/passwd srv/old/a srv/old/b gone/x keep/deep/y file; do echo $f > $f; done
     touch -d @1000000000 etc/passwd file; ln -s file link; chown 5:6 keep`,
  )
  const first = mounted('first', ['base'])
  const long = `${'long-directory/'.repeat(12)}${'n'.repeat(150)}`
  shell(
    first.target,
    `echo more >> etc/passwd; chmod 4755 etc/passwd; rm -r gone; rm -r srv/old; mkdir srv/old; echo new > srv/old/c
     rm file; mkdir file; echo x > file/x; rm link; echo no link > link
     echo one > h1; ln h1 h2; ln h1 keep/h3; ln -s nowhere dangling; mkfifo -m 622 fifo; mknod -m 640 dev c 1 5; mknod blk b 7 9
     mkdir -m 1777 tmp; mkdir -p '${long}'; echo deep > '${long}/f'; chown 4000000000:3000000 '${long}/f'
     printf x > "$(printf 'caf\\351')"; printf x > 'naïve'; truncate -s 300000 zeros; touch -d '1960-01-01 00:00:00.5' ancient
     touch -d '2020-01-01 00:00:00.123456789' exact; touch -h -d '2020-01-01 00:00:00.5' dangling; chmod 700 keep; touch -d @7 keep tmp`,
  )
  if (extra) shell(first.target, extra)
  const before = treeOf(first.target)
  const bytes = Buffer.concat([...difference(first.upper)])
  const diffId = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
  writeFileSync(`${place}/difference.tar`, bytes)
  const mediaType = 'application/vnd.oci.image.layer.v1.tar'
  const source = (async function* () {
    yield bytes
  })()
  const { name: top } = await unpackLayer(source, { mediaType, diffId, layersDir })
  const after = treeOf(mounted('second', [top, 'base']).target)
  return { before, after, changes: changes(first.upper, [layer]) }
}

function lookUp() {
  const layers = ['top', 'middle', 'bottom'].map((layer) => `${layersDir}/${layer}`)
  const [top, middle, bottom] = layers as [string, string, string]
  for (const layer of layers) mkdirSync(`${layer}/etc`, { recursive: true })
  for (const file of ['passwd', 'group', 'shadow', 'hosts'])
    writeFileSync(`${bottom}/etc/${file}`, `bottom ${file}`)
  writeFileSync(`${middle}/etc/group`, 'middle group')
  makeWhiteout(`${middle}/etc/shadow`)
  for (const layer of [top, bottom]) mkdirSync(`${layer}/opt/dir`, { recursive: true })
  writeFileSync(`${bottom}/opt/dir/hidden`, 'hidden')
  makeOpaque(`${top}/opt`)
  mkdirSync(`${top}/usr/etc`, { recursive: true })
  symlinkSync('../../../../../../etc/passwd', `${top}/usr/etc/relative`)
  symlinkSync('/etc/passwd', `${top}/usr/etc/absolute`)
  symlinkSync('/usr/etc', `${middle}/link`)
  symlinkSync('/proc/self/root/etc/hostname', `${top}/usr/etc/magic`)
  symlinkSync('circle', `${top}/circle`)
  writeFileSync(`${top}/large`, 'x'.repeat(101))
  spawnSync('mkfifo', [`${top}/fifo`])
  writeFileSync(`${top}/bottom`, 'a file')
  mkdirSync(`${bottom}/bottom`)
  writeFileSync(`${bottom}/bottom/x`, 'below a file')
  const paths = extra.split(' ')
  const seen = (read: (path: string) => Buffer | undefined) =>
    Object.fromEntries(
      paths.map((path) => {
        try {
          return [path, read(path)?.toString() ?? null]
        } catch (error) {
          return [path, error instanceof Error ? error.message : String(error)]
        }
      }),
    )
  return seen((path) => readThrough(layers, path, 100))
}

/** Does the rest of the process still have the host's root, after a layer was inflated by the pool of threads? */
async function pool() {
  const bytes = gzipSync(Buffer.alloc(1 << 20))
  const diffId = `sha256:${createHash('sha256')
    .update(Buffer.alloc(1 << 20))
    .digest('hex')}`
  const source = (async function* () {
    yield bytes
  })()
  await unpackLayer(source, { mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', diffId, layersDir })
  const roots = await Promise.all(Array.from({ length: 16 }, () => stat('/')))
  return {
    roots: new Set(roots.map(({ ino, dev }) => `${dev}:${ino}`)).size,
    same: roots[0]?.ino === statSync('/').ino,
  }
}

function tree() {
  const layers = extra.split(':')
  settleImpliedDirectories(layersDir, layers)
  return treeOf(mounted('container', layers).target)
}

// a worker can be started only before: it inherits the namespace, and Node's own threads do not matter here
call(unshare(CLONE_NEWNS))
perform(privateSteps())
const cases = {
  many: () => manyLayers(Number(extra)),
  'round-trip': roundTrip,
  'look-up': lookUp,
  tree,
  pool,
}
console.log(JSON.stringify(await cases[name as keyof typeof cases]()))
