// Small images to pull, laid into an OCI image layout for the small registry.

import { createHash } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { pack } from 'tar-stream'
import { changeIndex, refName } from '../../src/image/layout.ts'
import type { Descriptor, Platform } from '../../src/image/manifest.ts'
import { openStore } from '../../src/image/store.ts'

export type Files = Readonly<Record<string, string | Buffer>>

export interface Layer {
  readonly files: Files
  readonly compression?: 'none' | 'gzip' | 'zstd'
}

export const oci = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: { none: '.v1.tar', gzip: '.v1.tar+gzip', zstd: '.v1.tar+zstd' },
  layerStart: 'application/vnd.oci.image.layer',
}

export const docker: typeof oci = {
  index: 'application/vnd.docker.distribution.manifest.list.v2+json',
  manifest: 'application/vnd.docker.distribution.manifest.v2+json',
  config: 'application/vnd.docker.container.image.v1+json',
  layer: { none: '.diff.tar', gzip: '.diff.tar.gzip', zstd: '.diff.tar.zstd' },
  layerStart: 'application/vnd.docker.image.rootfs',
}

/** A layout that grows: `dir` is its directory. */
export interface Shelf {
  readonly dir: string
  image(layers: readonly Layer[], types?: typeof oci, platform?: Platform): Promise<MadeImage>
  json(mediaType: string, value: object): Descriptor
  /** Give the manifest or index a name: `lib/x:1` */
  name(descriptor: Descriptor, name: string): void
}

export interface MadeImage {
  readonly manifest: Descriptor
  readonly config: Descriptor
  readonly layers: readonly Descriptor[]
  readonly diffIds: readonly string[]
}

export function makeShelf(root: string): Shelf {
  const store = openStore(root)
  const add = (type: string, bytes: Buffer) => store.addBlob(type, digestOf(bytes), bytes)
  const json = (mediaType: string, value: object) =>
    add(mediaType, Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...value })))
  return {
    dir: store.imagesDir,
    json,
    name: (descriptor, name) =>
      changeIndex(store.imagesDir, (entries) => [
        { ...descriptor, annotations: { [refName]: name } },
        ...entries.filter((entry) => entry.annotations?.[refName] !== name),
      ]),
    image: async (layers, types = oci, platform = { os: 'linux', architecture: 'amd64' }) => {
      const made: Descriptor[] = []
      const diffIds: string[] = []
      for (const { files, compression = 'gzip' } of layers) {
        const tar = await tarOf(files)
        diffIds.push(digestOf(tar))
        made.push(add(types.layerStart + types.layer[compression], compress(tar, compression)))
      }
      const rootfs = { type: 'layers', diff_ids: diffIds }
      const config = json(types.config, { ...platform, created: '2026-01-01T00:00:00Z', config: {}, rootfs })
      return { manifest: json(types.manifest, { config, layers: made }), config, layers: made, diffIds }
    },
  }
}

export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

function compress(tar: Buffer, compression: NonNullable<Layer['compression']>): Buffer {
  if (compression === 'gzip') return gzipSync(tar, { level: 1 })
  return compression === 'zstd' ? zstdCompressSync(tar) : tar
}

async function tarOf(files: Files): Promise<Buffer> {
  const archive = pack()
  for (const [name, content] of Object.entries(files)) archive.entry({ name, mtime: new Date(0) }, content)
  archive.finalize()
  return buffer(archive as unknown as AsyncIterable<Buffer>)
}
