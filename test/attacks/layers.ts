// Attacks by the layers of an image. Without the protections they are unpacked by tar(1), told to trust the archive, or laid out
// as they are: so one sees that each of them is what it is said to be.

import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { call } from '../../src/syscall/call.ts'
import * as C from '../../src/syscall/constants.ts'
import { lsetxattr, mknodat } from '../../src/syscall/file.ts'
import { archive, device, directory, file, hardLink, type Item, symlink, xattr } from '../unpack/archive.ts'
import { type Attack, attacks, type Protection, type Seen, type Stage, says } from './attack.ts'
import { secret } from './host.ts'
import { spawnCommand } from './spawn.ts'

const unpackOne = fileURLToPath(new URL('../unpack/unpack-one.ts', import.meta.url))

const inLayer: Protection = {
  layer: 'paths looked up inside the layer',
  without: 'unpacked by tar --absolute-names',
}

const written: Pick<Attack, 'stoppedBy' | 'left'> = {
  stoppedBy: [inLayer],
  left: 'nothing: who unpacks is root of the host',
}

const digests: Protection = { layer: 'digests', without: 'unpacked by tar, which asks for none' }

const digestForm: Protection = { layer: 'form of digests', without: 'a path made of the digest as it is' }

const piecewise: Protection = {
  layer: 'unpacking piece by piece',
  without: 'gunzip of the whole layer at once',
}

/** Runs a command and says how much memory it had at most, in kB. proc_pid_status(5) */
const highest = `"$@" > /dev/null & pid=$!; most=0
while [ -e /proc/$pid/status ]; do
  now=$(sed -n 's/^VmHWM:[^0-9]*\\([0-9]*\\).*/\\1/p' /proc/$pid/status)
  [ "\${now:-0}" -gt $most ] && most=$now; sleep 0.02
done; echo $most`

const ofOverlay: Protection = {
  layer: 'attributes of overlay not taken',
  without: 'a layer in which they are, mounted by an engine that takes them, as Docker and Podman do',
}

export const layers = attacks(
  {
    name: 'a layer with ../ in its names',
    cve: 'CVE-2014-6407',
    tries: 'has files in a layer that go up and out of its directory',
    ...written,
    attack: { does: (stage) => unpack(stage, [file('../outside/made')], stage.isOff(inLayer)) },
    gotThrough: says(/^1 made$/m),
  },
  {
    name: 'a layer with absolute names',
    cve: 'CVE-2014-9356',
    tries: 'has files in a layer whose names begin at the root of the host',
    ...written,
    attack: {
      does: (stage) =>
        unpack(stage, [file(join(stage.host.directory, 'outside/made'))], stage.isOff(inLayer)),
    },
    gotThrough: says(/^1 made$/m),
  },
  {
    name: 'a layer that writes through a link',
    cve: 'CVE-2015-3629',
    tries: 'has a link out of the layer, and then a file behind that link',
    ...written,
    attack: {
      does: (stage) =>
        unpack(
          stage,
          [symlink('way', join(stage.host.directory, 'outside')), file('way/made')],
          stage.isOff(inLayer),
        ),
    },
    gotThrough: says(/^1 made$/m),
  },
  {
    name: 'a layer with another name of a file of the host',
    cve: 'CVE-2021-32760',
    tries: 'has a hard link to a file of the host, and then changes its content and mode',
    ...written,
    attack: {
      does: (stage) =>
        unpack(stage, [hardLink('name', join(stage.host.directory, 'outside/canary'))], stage.isOff(inLayer)),
    },
    gotThrough: says('2 canary'),
  },
  {
    name: 'a layer that hides what is below by an attribute',
    tries:
      'has trusted.overlay.opaque on a directory: all of lower layers in it disappears, with the programs that protect',
    stoppedBy: [ofOverlay],
    left: 'nothing: the kernel believes what it has itself a name for',
    attack: {
      does: (stage) =>
        overlaid(
          stage,
          [xattr('etc', 'trusted.overlay.opaque', 'y')],
          (layer) => {
            mkdirSync(join(layer, 'etc'))
            call(lsetxattr(join(layer, 'etc'), 'trusted.overlay.opaque', Buffer.from('y')))
          },
          'ls /etc/os-release || echo hidden',
        ),
    },
    gotThrough: says('hidden'),
  },
  {
    name: 'a layer that deletes with a device',
    tries: 'has the character device 0:0, by which overlay marks a deleted file, in place of a whiteout',
    stoppedBy: [ofOverlay],
    left: 'nothing',
    attack: {
      does: (stage) =>
        overlaid(
          stage,
          [directory('etc'), device('etc/os-release', 0, 0)],
          (layer) => {
            mkdirSync(join(layer, 'etc'))
            call(mknodat(C.AT_FDCWD, join(layer, 'etc/os-release'), C.S_IFCHR))
          },
          'ls /etc/os-release || echo hidden',
        ),
    },
    gotThrough: says('hidden'),
  },
  {
    name: 'a layer that takes a directory from elsewhere',
    tries: 'has trusted.overlay.redirect, so that a directory shows what is in another one of a lower layer',
    stoppedBy: [
      ofOverlay,
      {
        layer: 'redirect_dir=nofollow',
        without: 'a list whose mount follows redirections',
        steps: ({ steps }) =>
          steps.map((step) => {
            if (step.call.name !== 'mount' || step.call.args[2] !== 'overlay') return step
            const args = step.call.args.map((arg) =>
              typeof arg === 'string' ? arg.replace('redirect_dir=nofollow', 'redirect_dir=follow') : arg,
            )
            return { ...step, call: { ...step.call, args } }
          }),
      },
    ],
    left: 'what the host lets overlay do by default',
    attack: {
      does: (stage) =>
        overlaid(
          stage,
          [xattr('shown', 'trusted.overlay.redirect', '/etc')],
          (layer) => {
            mkdirSync(join(layer, 'shown'))
            call(lsetxattr(join(layer, 'shown'), 'trusted.overlay.redirect', Buffer.from('/etc')))
          },
          'ls /shown/os-release && echo taken',
        ),
    },
    gotThrough: says('taken'),
  },
  {
    name: 'a layer that is not what it was said to be',
    cve: 'CVE-2019-13509',
    tries: 'puts another layer under the digest of a good one, on the way or in the registry',
    stoppedBy: [digests],
    left: 'TLS to the registry, against those on the way',
    attack: {
      does: (stage) =>
        unpack(stage, [file('bad')], stage.isOff(digests), { diffId: `sha256:${'0'.repeat(64)}` }),
    },
    gotThrough: says(/^in the layer: .*bad/m),
  },
  {
    name: 'a digest that is a path',
    cve: 'CVE-2024-3727',
    tries: 'names a layer sha256:../../x, so that it is put elsewhere',
    stoppedBy: [digestForm],
    left: 'nothing',
    attack: {
      does: async (stage) => {
        const digest = 'sha256:../../outside/made'
        if (!stage.isOff(digestForm)) return unpack(stage, [file('x')], false, { diffId: digest })
        const { directory: home } = stage.host
        mkdirSync(join(home, 'outside'))
        mkdirSync(join(home, 'blobs/sha256'), { recursive: true })
        writeFileSync(`${home}/blobs/${digest.replace(':', '/')}`, 'x')
        return seen(readdirSync(join(home, 'outside')).join(' '))
      },
    },
    gotThrough: says('made'),
  },
  {
    name: 'a layer that does not end',
    cve: 'CVE-2017-14992',
    tries: 'has a small layer of zeros that fills memory when it is unpacked',
    stoppedBy: [piecewise],
    left: 'the memory of the host',
    attack: {
      does: async (stage) => {
        const { directory: home } = stage.host
        const tar = await archive([file('zeros', Buffer.alloc(150 * 2 ** 20))])
        const diffId = `sha256:${createHash('sha256').update(tar).digest('hex')}`
        const bytes = gzipSync(tar, { level: 1 })
        const path = join(home, 'layer.tar.gz')
        writeFileSync(path, bytes)
        const whole = `const zlib = require('zlib'); const all = zlib.gunzipSync(require('fs').readFileSync(${JSON.stringify(path)})); console.log(all.length)`
        const command = stage.isOff(piecewise)
          ? [process.execPath, '-e', whole]
          : [process.execPath, unpackOne, path, join(home, 'layers'), JSON.stringify({ diffId })]
        const peak = ['sh', '-c', highest, 'sh']
        return { ...(await spawnCommand([...peak, ...command])), results: [] }
      },
    },
    gotThrough: ({ stdout }) => Number(stdout) > 200_000,
  },
)

/** What is then outside of the layer, and in it. @param naive unpacked by tar, which trusts the archive */
async function unpack(
  { host }: Stage,
  items: readonly Item[],
  naive: boolean,
  claims: object = {},
): Promise<Seen> {
  const [outside, layersDir] = [join(host.directory, 'outside'), join(host.directory, 'layers')]
  const path = join(host.directory, 'layer.tar')
  for (const made of [outside, layersDir]) mkdirSync(made)
  writeFileSync(join(outside, 'canary'), secret)
  writeFileSync(path, await archive(items))
  await spawnCommand(
    naive
      ? ['tar', '--absolute-names', '-C', layersDir, '-xf', path]
      : [process.execPath, unpackOne, path, layersDir, JSON.stringify(claims)],
  )
  const names = readdirSync(outside).map((name) => `${statSync(join(outside, name)).nlink} ${name}`)
  const inside = readdirSync(layersDir, { recursive: true }).join(' ')
  return seen(`${names.join('\n')}\nin the layer: ${inside}`)
}

/** An image with these items as its layer, as it is unpacked here; or as it is laid out by one who trusts it. */
async function overlaid(
  { host, isOff, run }: Stage,
  items: readonly Item[],
  trusting: (layer: string) => void,
  script: string,
): Promise<Seen> {
  const { makeImage } = await import('../cli/image.ts')
  const image = `overlaid-${host.pid}`
  const path = join(host.directory, 'layer.tar')
  const layersDir = join(host.directory, 'layers')
  mkdirSync(layersDir)
  writeFileSync(path, await archive(items))
  const { stdout } = await spawnCommand([process.execPath, unpackOne, path, layersDir, '{}'])
  const { name } = JSON.parse(stdout) as { name?: string }
  makeImage(image, (layer) => {
    if (isOff(ofOverlay)) trusting(layer)
    // one that is refused leaves nothing
    else if (name) spawnSync('cp', ['-a', `${join(layersDir, name)}/.`, layer])
  })
  return run([], { script }, image)
}

const seen = (stdout: string): Seen => ({ status: 0, stdout, stderr: '', results: [] })
