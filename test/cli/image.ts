// Images made by hand, for tests: `tiny` with one more layer on top, whose directory the test fills as it likes. No
// archive would be unpacked like this; what is tried is that running it is safe all the same.

import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { layerName } from '../../src/overlay/layer-name.ts'
import { places } from './gocker.ts'

interface Descriptor {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
  readonly annotations?: Readonly<Record<string, string>>
}

/** What is asked of the image's config: as in the OCI image specification. */
export interface Config {
  readonly Env?: readonly string[]
  readonly Cmd?: readonly string[]
  readonly Entrypoint?: readonly string[]
  readonly WorkingDir?: string
  readonly User?: string
}

const blobs = join(places.root, 'images/blobs/sha256')

/**
 * Put the image `name` into the store.
 * @param fill gets the directory of the new layer
 */
export function makeImage(name: string, fill: (layer: string) => void, config: Config = {}): void {
  const index = read<{ manifests: Descriptor[] }>(join(places.root, 'images/index.json'))
  const tiny = index.manifests.find((one) =>
    Object.values(one.annotations ?? {}).includes('docker.io/library/tiny:latest'),
  )!
  const manifest = read<{ config: Descriptor; layers: Descriptor[] }>(blob(tiny.digest))
  const image = read<{ config: Config; rootfs: { diff_ids: string[] } }>(blob(manifest.config.digest))

  const layer = write('application/vnd.oci.image.layer.v1.tar', `stands for the layer of ${name}`)
  const directory = join(places.layers, layerName(layer.digest))
  mkdirSync(directory, { mode: 0o755 })
  fill(directory)
  writeFileSync(`${directory}.json`, JSON.stringify({ diffId: layer.digest, size: 0 }))

  const rootfs = { ...image.rootfs, diff_ids: [...image.rootfs.diff_ids, layer.digest] }
  const newConfig = { ...image, config: { ...image.config, ...config }, rootfs }
  const newManifest = {
    ...manifest,
    config: write(manifest.config.mediaType, JSON.stringify(newConfig)),
    layers: [...manifest.layers, layer],
  }
  const entry = {
    ...write(tiny.mediaType, JSON.stringify(newManifest)),
    annotations: { 'org.opencontainers.image.ref.name': `docker.io/library/${name}:latest` },
  }
  const changed = { ...index, manifests: [...index.manifests, entry] }
  // others may read it at this moment
  const path = join(places.root, 'images/index.json')
  writeFileSync(`${path}.new`, JSON.stringify(changed))
  renameSync(`${path}.new`, path)
}

function write(mediaType: string, content: string): Descriptor {
  const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`
  writeFileSync(blob(digest), content)
  return { mediaType, digest, size: Buffer.byteLength(content) }
}

function blob(digest: string): string {
  return join(blobs, digest.replace('sha256:', ''))
}

function read<T>(path: string): T {
  return JSON.parse(readFileSync(path, 'utf8')) as T
}
