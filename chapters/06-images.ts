// npx tsx chapters/06-images.ts
//
// An image is a few files that name each other by digest. First Mallory's archive, which has names that lead out of it. Then
// a registry on this machine, with the image `tiny` in it, which is pulled as any image is: each request and its answer
// are two lines. It moves a tag, sends us on, lies, and breaks off. All of this needs no network; with
// GOCKER_IMAGE=alpine the experiment `pull` takes that from outside instead.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import type { Exchange } from '../src/image/http.ts'
import type { Descriptor, Manifest } from '../src/image/manifest.ts'
import { sizeText } from '../src/image/progress.ts'
import { pull } from '../src/image/pull.ts'
import { type SmallRegistryOptions, startSmallRegistry } from '../src/image/small-registry.ts'
import { type Image, openStore, readBlob, type Store } from '../src/image/store.ts'
import { type Unpacked, unpackLayer } from '../src/image/unpack.ts'
import { overlaySteps } from '../src/overlay/mount.ts'
import { pivotSteps, privateSteps } from '../src/rootfs/pivot-root.ts'
import { CLONE_NEWNS } from '../src/syscall/constants.ts'
import { observe } from '../src/syscall/trace.ts'
import { shell } from './ask.ts'
import { digestOf, inWords, short } from './exchange.ts'
import { archiveOf, link, unpackCarelessly } from './mallory.ts'
import { type Narrator, tell } from './narrator.ts'
import { fillShelf, moveTag } from './shelf.ts'
import { temporaryDirectory } from './temporary.ts'
import { tree } from './tree.ts'

using directory = temporaryDirectory()
const storeIn = (name: string): Store => openStore(`${directory.path}/${name}`)
const plainTar = 'application/vnd.oci.image.layer.v1.tar'
let tinyLayer: Promise<Descriptor> | undefined

async function leadOut(t: Narrator): Promise<void> {
  const at = (name: string) => `${directory.path}/${name}`
  for (const name of ['careless', 'etc']) mkdirSync(at(name))
  const reset = () => writeFileSync(at('etc/users'), 'root\n')
  const look = () => t.host(`etc/users: ${readFileSync(at('etc/users'), 'utf8')}`)
  const names = await archiveOf({ 'etc/motd': 'hello\n', '../etc/users': 'mallory\n' })
  const links = await archiveOf({ shelf: link(at('etc')), 'shelf/users': 'mallory\n' })
  reset()
  t.say(
    'Bob has a directory etc. Beside it he unpacks an archive of Mallory, into a directory called careless:',
  )
  look()
  await unpackCarelessly(names, at('careless'))
  t.host('unpacked: etc/motd, ../etc/users')
  look()
  reset()
  t.say('He refuses names with two dots from now on, and unpacks the next one:')
  look()
  await unpackCarelessly(links, at('careless'))
  t.host('unpacked: shelf, which is a link to his etc, and shelf/users')
  look()
  reset()
  t.say(
    'Now the same two as layers of an image. The thread that unpacks one has an empty directory for its root:',
  )
  const { layersDir } = storeIn('escape')
  for (const bytes of [names, links]) {
    const unpacked = t.quietly(() => unpack(bytes, plainTar, bytes, layersDir))
    t.host(
      await unpacked.then(
        ({ name }) => tree(layersDir, name, 2).join('\n'),
        (error: Error) => `refused: ${error.message}`,
      ),
    )
  }
  look()
}

async function pullOnce(t: Narrator): Promise<void> {
  t.say('The first answer is no, and says where to get a token. For what is public, anybody gets one.')
  t.say('Then the tag leads to an index, the index to a manifest, the manifest to the config and the layers.')
  const outside = process.env.GOCKER_IMAGE
  const into = storeIn('gocker')
  const image = outside ? await pullShown(outside, into) : await pullHere('tiny', into)
  const { created, os, architecture } = image.config
  t.host(`${image.reference}, for ${os}/${architecture}, made ${created}`)
  t.host(
    `id ${short(image.id)}, unpacked layers: ${image.layers.length}, ${sizeText(image.size)} in their files`,
  )
}

async function moved(t: Narrator): Promise<void> {
  const store = storeIn('tag')
  const at = async (host: string, name: string) => {
    const { id } = await quietly(() => pullShown(`${host}/${name}`, store))
    t.host(`${short(name).padEnd(28)} is the image ${short(id)}`)
  }
  await withRegistry({}, async (host) => {
    const { repoDigest } = await quietly(() => pullShown(`${host}/tiny`, store))
    await at(host, 'tiny:latest')
    t.say('The owner of tiny builds it anew, and puts the tag on the new image. We pull both names again:')
    using _moved = moveTag(storeIn('registry'), 'tiny:latest', 'greeter:latest')
    await at(host, 'tiny:latest')
    await at(host, `tiny@${repoDigest}`)
  })
}

async function onDisk(t: Narrator): Promise<void> {
  const store = storeIn('disk')
  const { digest, reference } = await quietly(() => pullHere('tiny', store))
  const { config, layers } = readBlob<Manifest>(store.imagesDir, digest)!
  t.say('What lies on the disk now: an OCI image layout in images/, and each layer unpacked in layers/.')
  t.host(tree(directory.path, 'disk', 4).join('\n'))
  t.say('The list names the manifest by its digest, the manifest all the others. No byte can change unseen.')
  t.host(`index.json  names the manifest  ${short(digest)}`)
  t.host(`manifest    names the config    ${short(config.digest)}`)
  for (const layer of layers) t.host(`            names a layer       ${short(layer.digest)}`)
  t.say('Any program that knows the layout reads it, as long as this chapter has not removed it:')
  t.host(`skopeo inspect oci:${store.imagesDir}:${reference}`)
}

async function twice(t: Narrator): Promise<void> {
  const archive = await archiveOf({ 'etc/greeting': 'Good morning!\n'.repeat(1000) })
  const { layersDir } = storeIn('twice')
  t.say('One layer, compressed in two ways. As a download it has a name for each:')
  t.host(`as it is  ${short(digestOf(archive))}  ${sizeText(archive.length)}`)
  for (const level of [1, 9]) {
    const packed = gzipSync(archive, { level })
    t.host(`gzip -${level}   ${short(digestOf(packed))}  ${sizeText(packed.length)}`)
    await t.quietly(() => unpack(packed, `${plainTar}+gzip`, archive, layersDir))
  }
  t.say('Unpacked, it has one:')
  const names = readdirSync(layersDir).filter((name) => /^[0-9a-f]+$/.test(name))
  t.host(`layers/   ${names.join(' ')}`)
}

async function lie(t: Narrator): Promise<void> {
  const { digest } = await tiny()
  t.say('Somebody on the way changes one byte of the layer. A plain download does not notice:')
  await withRegistry({ faults: [{ path: digest, wrongByte: true }] }, async (host) => {
    const answer = await fetch(`http://${host}/v2/tiny/blobs/${digest}`)
    const bytes = Buffer.from(await answer.arrayBuffer())
    t.host(`asked for  ${short(digest)}`)
    t.host(`what came  ${short(digestOf(bytes))}, status ${answer.status}, ${sizeText(bytes.length)}`)
  })
  t.say('Now the pull. It computes the digest while the layer comes in, and compares:')
  const store = storeIn('lie')
  await withRegistry({ faults: [{ path: digest, wrongByte: true }] }, async (host) => {
    await pullShown(`${host}/tiny`, store).catch((error: Error) => t.host(error.message))
  })
  t.host(`images now: ${store.list().length}, layers: ${readdirSync(store.layersDir).length}`)
}

async function sentOn(t: Narrator): Promise<void> {
  const { digest } = await tiny()
  t.say('A large registry keeps its blobs elsewhere, and sends us there. Our token stays behind:')
  await withRegistry({}, async (elsewhere) => {
    const headers = { location: `http://${elsewhere}/v2/tiny/blobs/${digest}` }
    const faults = [{ path: digest, status: 307, headers }]
    await withRegistry({ authorization: 'bearer', faults }, (host) =>
      pullShown(`${host}/tiny`, storeIn('redirect')),
    )
  })
}

async function resume(t: Narrator): Promise<void> {
  const { digest } = await tiny()
  t.say('The connection breaks after 4 MB. The pull asks for the bytes that are missing, not for all:')
  await withRegistry({ faults: [{ path: digest, cutAfter: 4_000_000 }] }, async (host) => {
    const { layers } = await pullShown(`${host}/tiny`, storeIn('resume'))
    t.host(`complete: ${layers.join(' ')}`)
  })
}

async function share(t: Narrator): Promise<void> {
  const store = storeIn('share')
  const first = await quietly(() => pullHere('tiny', store))
  t.say('tiny is here. A second image, greeter, has its layer and one more: only that one is asked for.')
  const second = await pullHere('greeter', store)
  t.host(`tiny     ${first.layers.join(' ')}`)
  t.host(`greeter  ${second.layers.toReversed().join(' ')}`)
}

async function shellInside(t: Narrator): Promise<void> {
  const store = storeIn('gocker')
  const { layers } = await quietly(() => pullHere('greeter', store))
  const [upper, work, target] = ['upper', 'work', 'root'].map((name) => `${directory.path}/${name}`)
  for (const made of [upper!, work!, target!]) mkdirSync(made)
  t.say('A shell in the image greeter: cat /etc/greeting. What you write is gone when you leave with exit.')
  const overlay = { layersDir: store.layersDir, layers, upper: upper!, work: work!, target: target! }
  const steps = [...privateSteps(), ...overlaySteps(overlay), ...pivotSteps(target!)]
  const calls = steps.map((step) => step.call)
  await shell(CLONE_NEWNS, calls)
}

/** Pull from a registry that wants a token, and show what is said. */
function pullHere(name: string, into: Store): Promise<Image> {
  return withRegistry({ authorization: 'bearer' }, (host) => pullShown(`${host}/${name}`, into))
}

let showing = true

async function pullShown(name: string, into: Store): Promise<Image> {
  const [host = ''] = name.split('/', 1)
  const show = (exchange: Exchange) => console.log(inWords(exchange, host))
  return pull(into, name, { backoff: 50, onExchange: showing ? show : undefined })
}

/** Unpack a layer whose bytes are all here; `archive` is what it has to be without compression. */
function unpack(bytes: Buffer, mediaType: string, archive: Buffer, layersDir: string): Promise<Unpacked> {
  return unpackLayer(Readable.from([bytes]), { mediaType, diffId: digestOf(archive), layersDir })
}

async function quietly<T>(work: () => Promise<T>): Promise<T> {
  showing = false
  return work().finally(() => {
    showing = true
  })
}

async function withRegistry<T>(
  options: SmallRegistryOptions,
  work: (host: string) => Promise<T>,
): Promise<T> {
  await tiny()
  const registry = await startSmallRegistry(storeIn('registry').imagesDir, options)
  return work(registry.host).finally(() => registry.close())
}

/** Fill the registry's shelf, once. This chapter's calls are requests: locks and the like are not shown. */
function tiny(): Promise<Descriptor> {
  observe(undefined)
  tinyLayer ??= fillShelf(storeIn('registry'))
  return tinyLayer
}

await tell({
  number: 6,
  title: 'Images: files that name each other by digest',
  file: '06-images.ts',
  experiments: [
    { name: 'escape', shows: 'an archive with names that lead out of it', run: leadOut },
    {
      name: 'pull',
      shows: 'token, index, manifest, config, layers: what is asked, and what is answered',
      run: pullOnce,
    },
    { name: 'tag', shows: 'a name that stands for another image the next day', run: moved },
    { name: 'disk', shows: 'what a pulled image is on the disk', run: onDisk },
    { name: 'twice', shows: 'one layer, compressed in two ways', run: twice },
    { name: 'lie', shows: 'a layer that was changed on the way', run: lie },
    { name: 'redirect', shows: 'a registry that keeps its layers on another host', run: sentOn },
    { name: 'resume', shows: 'a connection that breaks in the middle of a layer', run: resume },
    { name: 'share', shows: 'two images with one layer in common', run: share },
  ],
  shell: shellInside,
})
