// npx tsx chapters/06-images.ts
//
// An image is a few files that name each other by digest. This chapter starts a registry on this machine, with the image
// `tiny` in it, and pulls it as any image is pulled: each request and its answer are two lines. Then the registry lies,
// and breaks off. It needs no network; with GOCKER_IMAGE=alpine the first experiment pulls that from outside instead.

import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync } from 'node:fs'
import chalk from 'chalk'
import type { Exchange } from '../src/image/http.ts'
import type { Descriptor, Manifest } from '../src/image/manifest.ts'
import { sizeText } from '../src/image/progress.ts'
import { pull } from '../src/image/pull.ts'
import { type SmallRegistryOptions, startSmallRegistry } from '../src/image/small-registry.ts'
import { type Image, openStore, readBlob, type Store } from '../src/image/store.ts'
import { overlaySteps } from '../src/overlay/mount.ts'
import { pivotSteps, privateSteps } from '../src/rootfs/pivot-root.ts'
import { CLONE_NEWNS } from '../src/syscall/constants.ts'
import { observe } from '../src/syscall/trace.ts'
import { shell } from './ask.ts'
import { type Narrator, tell } from './narrator.ts'
import { fillShelf } from './shelf.ts'
import { temporaryDirectory } from './temporary.ts'

using directory = temporaryDirectory()
const storeIn = (name: string): Store => openStore(`${directory.path}/${name}`)
let tinyLayer: Promise<Descriptor> | undefined

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
  return pull(into, name, { backoff: 50, onExchange: showing ? show : undefined })
}

/** `GET /v2/tiny/manifests/latest`, and below it what the answer is. */
function show({ method, url, authorization, range, status, headers }: Exchange): void {
  const { pathname, search } = new URL(url)
  const asked = [method, short(pathname) + decodeURIComponent(search), authorization && `with a token`, range]
  const size = headers.has('content-length') ? sizeText(Number(headers.get('content-length'))) : undefined
  const said =
    headers.get('www-authenticate') ?? [headers.get('content-type'), size].filter(Boolean).join(', ')
  console.log(`  → ${asked.filter(Boolean).join(' ')}`)
  console.log(`  ← ${status < 400 ? chalk.green(status) : chalk.yellow(status)} ${chalk.dim(short(said))}`)
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

function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

/** Digests by their first twelve digits: enough to tell them apart. */
function short(text: string): string {
  return text.replaceAll(/(sha256:[0-9a-f]{12})[0-9a-f]{52}/g, '$1…')
}

/** The files below a directory, indented, to a certain depth. */
function tree(parent: string, name: string, depth: number): string[] {
  const entries = depth > 0 ? readdirSync(`${parent}/${name}`, { withFileTypes: true }) : []
  const below = entries
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) =>
      entry.isDirectory()
        ? tree(`${parent}/${name}`, entry.name, entry.name.length === 24 ? 0 : depth - 1)
        : [entry.name],
    )
  return [`${name}/`, ...below.map((line) => `  ${line}`)]
}

await tell({
  number: 6,
  title: 'Images: files that name each other by digest',
  file: '06-images.ts',
  experiments: [
    {
      name: 'pull',
      shows: 'token, index, manifest, config, layers: what is asked, and what is answered',
      run: pullOnce,
    },
    { name: 'disk', shows: 'what a pulled image is on the disk', run: onDisk },
    { name: 'lie', shows: 'a layer that was changed on the way', run: lie },
    { name: 'resume', shows: 'a connection that breaks in the middle of a layer', run: resume },
    { name: 'share', shows: 'two images with one layer in common', run: share },
  ],
  shell: shellInside,
})
