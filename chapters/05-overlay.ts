// npx tsx chapters/05-overlay.ts
//
// An image is a pile of directories that are never changed. The overlay file system lays them over each other, and
// an empty directory on top for what a container writes: so a container can delete what it cannot change, and a
// hundred containers need hardly more room than one. Everything lies in a temporary directory, which is removed at
// the end; what is mounted is mounted in the container's own mount namespace, and goes with it.

import { lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { changes, difference } from '../src/overlay/difference.ts'
import { overlaySteps } from '../src/overlay/mount.ts'
import { decodeHeader } from '../src/overlay/tar-header.ts'
import { isOpaque, opaqueAttribute } from '../src/overlay/whiteout.ts'
import { mountPointSteps, pivotSteps, privateSteps } from '../src/rootfs/pivot-root.ts'
import { makeTiny } from '../src/rootfs/tiny.ts'
import * as C from '../src/syscall/constants.ts'
import { execve } from '../src/syscall/process.ts'
import type { Step, Syscall } from '../src/syscall/syscall.ts'
import * as ask from './ask.ts'
import { outputOf } from './ask.ts'
import { type Narrator, tell } from './narrator.ts'
import { temporaryDirectory } from './temporary.ts'

const calls = (...lists: Step[][]): Syscall[] => lists.flat().map((step) => step.call)
const script = (text: string) => execve('/bin/sh', ['sh', '-c', text], ['PATH=/bin:/sbin:/usr/bin:/usr/sbin'])

/** An image of two layers, made by hand: the system, and over it a shop. */
function makeImage() {
  const directory = temporaryDirectory()
  const layersDir = `${directory.path}/layers`
  mkdirSync(`${layersDir}/system`, { recursive: true })
  makeTiny(`${layersDir}/system`)
  mkdirSync(`${layersDir}/shop/srv/fruit`, { recursive: true })
  for (const name of ['apple', 'pear']) writeFileSync(`${layersDir}/shop/srv/fruit/${name}`, '1 euro\n')
  writeFileSync(`${layersDir}/shop/srv/sign`, 'welcome\n')
  const dispose = () => directory[Symbol.dispose]()
  return { path: directory.path, layersDir, layers: ['shop', 'system'], [Symbol.dispose]: dispose }
}

/** The directories of one container, and what leads a process into it. */
function makeContainer({ path, layersDir, layers }: ReturnType<typeof makeImage>, name: string) {
  const own = (directory: string) => `${path}/${name}/${directory}`
  for (const directory of ['upper', 'work', 'root']) mkdirSync(own(directory), { recursive: true })
  const tree = { layersDir, layers, upper: own('upper'), work: own('work'), target: own('root') }
  const enter = calls(privateSteps(), overlaySteps(tree), pivotSteps(tree.target))
  return { ...tree, enter, run: (text: string) => outputOf(C.CLONE_NEWNS, [...enter, script(text)]) }
}

function withoutLayers({ say, host, inside, quietly }: Narrator): void {
  using image = makeImage()
  const root = `${image.layersDir}/system`
  const run = (text: string) =>
    outputOf(C.CLONE_NEWNS, [...calls(privateSteps(), mountPointSteps(root), pivotSteps(root)), script(text)])
  say('Alice and Bob have one directory for their root. Alice tidies up:')
  inside(`Alice  rm /etc/os-release: ${run('rm /etc/os-release && echo done')}`)
  say('Then Bob looks:')
  inside(`Bob    ${quietly(() => run('cat /etc/os-release'))}`)
  host('The image is damaged, for everyone who will ever use it.')
}

function layers({ say, host, inside }: Narrator): void {
  using image = makeImage()
  const alice = makeContainer(image, 'alice')
  say('The image has two layers. One mount lays them over each other, the uppermost first:')
  for (const name of image.layers) host(`${name.padEnd(7)} ${list(`${image.layersDir}/${name}`)}`)
  inside(alice.run('cd / && echo * && cat /srv/sign'))
  host(`mounts below ${image.path} on the host: ${mountsBelow(image.path)}`)
}

function copyUp({ say, host, inside, quietly }: Narrator): void {
  using image = makeImage()
  const alice = makeContainer(image, 'alice')
  say('Alice writes one line more into a file of the image.')
  inside(quietly(() => alice.run('echo closed on Sunday >> /srv/sign; cat /srv/sign')))
  say('The kernel has copied the file up before it changed it. The layer has not changed:')
  host(`layers/shop/srv/sign   ${readFileSync(`${image.layersDir}/shop/srv/sign`, 'utf8')}`)
  host(`alice/upper/srv/sign   ${readFileSync(`${alice.upper}/srv/sign`, 'utf8').replace('\n', ' | ')}`)
}

function deleted({ say, host, inside, quietly }: Narrator): void {
  using image = makeImage()
  const alice = makeContainer(image, 'alice')
  say('Alice deletes a file of the image, which nobody can change.')
  inside(quietly(() => alice.run('rm /srv/fruit/apple; ls -l /srv/fruit/apple; echo left: /srv/fruit/*')))
  say(
    'It is still in its layer. Above it lies a whiteout, a character device 0:0, which says that it is gone:',
  )
  host(`layers/shop/srv/fruit  ${list(`${image.layersDir}/shop/srv/fruit`)}`)
  const { mode, rdev } = lstatSync(`${alice.upper}/srv/fruit/apple`)
  const type = (mode & 0o170000) === C.S_IFCHR ? 'character device' : 'no device'
  host(`alice/upper/srv/fruit/apple is a ${type} ${rdev >> 8}:${rdev & 0xff}`)
}

function opaque({ say, host, inside, quietly }: Narrator): void {
  using image = makeImage()
  const alice = makeContainer(image, 'alice')
  say('Alice deletes a whole directory, and makes a new one with the same name.')
  inside(
    quietly(() =>
      alice.run('rm -r /srv/fruit; mkdir /srv/fruit; echo 2 euro > /srv/fruit/kiwi; echo /srv/fruit/*'),
    ),
  )
  say('One mark on the new directory hides all that the layers below hold under that name:')
  host(`alice/upper/srv/fruit  ${list(`${alice.upper}/srv/fruit`)}`)
  host(`${opaqueAttribute}: ${isOpaque(`${alice.upper}/srv/fruit`) ? 'y' : 'not set'}`)
}

function shared({ say, host, inside, quietly }: Narrator): void {
  using image = makeImage()
  const [alice, bob] = [makeContainer(image, 'alice'), makeContainer(image, 'bob')]
  say('Two containers from one image. Alice tidies up again, and Bob looks:')
  inside(
    `Alice  ${quietly(() => alice.run('rm -r /srv /etc/os-release; test -e /srv || echo /srv is gone'))}`,
  )
  inside(`Bob    ${quietly(() => bob.run('echo /srv/fruit/*; grep PRETTY /etc/os-release'))}`)
  say('Bob has lost nothing. And the layers are there once, whoever uses them:')
  host(`the layers  ${kilobytes(image.layersDir)} KB`)
  host(`Alice       ${kilobytes(alice.upper)} KB`)
  host(`Bob         ${kilobytes(bob.upper)} KB`)
}

function hundred({ say, host, quietly }: Narrator): void {
  using image = makeImage()
  const names = Array.from({ length: 100 }, (_, i) => `container-${i}`)
  say('A hundred containers of one image, and each writes its name into a file:')
  quietly(() => {
    for (const name of names) makeContainer(image, name).run(`echo ${name} > /srv/name`)
  })
  const layers = kilobytes(image.layersDir)
  const containers = names.reduce((sum, name) => sum + kilobytes(`${image.path}/${name}`), 0)
  host(`the layers, once         ${layers} KB`)
  host(`what 100 containers add  ${containers} KB`)
  host(`100 copies of the image  ${100 * layers} KB`)
}

const changesOf = ({ upper, layersDir, layers }: ReturnType<typeof makeContainer>) =>
  changes(
    upper,
    layers.map((name) => `${layersDir}/${name}`),
  )
    .map(({ kind, path }) => `${kind} ${path}`)
    .join('\n')

function asLayer({ say, host, inside, quietly }: Narrator): void {
  using image = makeImage()
  const alice = makeContainer(image, 'alice')
  const work = 'rm /srv/sign; rm -r /srv/fruit; mkdir /srv/fruit; echo 2 euro > /srv/fruit/kiwi'
  inside(quietly(() => alice.run(`${work}; find /srv`)))
  say(
    'What Alice has done lies in the upper directory. docker diff would say (A added, C changed, D deleted):',
  )
  host(quietly(() => changesOf(alice)))
  say('As a layer of an image, a tar archive, in which what is gone is said by names:')
  host(quietly(() => namesIn(Buffer.concat([...difference(alice.upper)]))).join('\n'))
}

async function openShell({ say, quietly }: Narrator): Promise<void> {
  using image = makeImage()
  const alice = makeContainer(image, 'alice')
  say('A shell over two layers. Change what you like; leave with exit, and see what you have changed.\n')
  await quietly(() => ask.shell(C.CLONE_NEWNS, alice.enter))
  say(quietly(() => changesOf(alice)))
}

const list = (directory: string) => readdirSync(directory).join(' ')
const mountsBelow = (path: string) =>
  readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .filter((line) => line.includes(path)).length

/** What the files below a directory take on the disk, in blocks of 1024 bytes. */
function kilobytes(directory: string): number {
  const all = readdirSync(directory, { recursive: true, encoding: 'utf8' })
  return all.reduce((sum, name) => sum + lstatSync(`${directory}/${name}`).blocks, 0) / 2
}

/** The names in a tar archive: each header is a block of 512 bytes, and its content fills whole blocks too. */
function namesIn(archive: Buffer): string[] {
  const names: string[] = []
  for (let at = 0, header = decodeHeader(archive, at); header; header = decodeHeader(archive, at)) {
    if (header.flag !== 'x') names.push(header.name)
    at += 512 + Math.ceil(header.size / 512) * 512
  }
  return names
}

await tell({
  number: 5,
  title: 'layers: how a container deletes what it cannot change',
  file: '05-overlay.ts',
  experiments: [
    { name: 'one-root', shows: 'the attack: two containers share one directory', run: withoutLayers },
    {
      name: 'layers',
      shows: 'the fix: layers and a directory for what is written, as one tree',
      run: layers,
    },
    { name: 'copy-up', shows: 'what happens when a file of the image is written to', run: copyUp },
    { name: 'delete', shows: 'a file of the read-only image is deleted', run: deleted },
    { name: 'opaque', shows: 'a directory is replaced', run: opaque },
    {
      name: 'shared',
      shows: 'two containers, one image: what each sees, and the disk they use',
      run: shared,
    },
    { name: 'hundred', shows: 'a hundred containers of one image, and the disk they use', run: hundred },
    { name: 'difference', shows: 'what a container has done, as the next layer', run: asLayer },
  ],
  shell: openShell,
})
