// Archives of images made by hand, right ones and wrong ones.

import { buffer } from 'node:stream/consumers'
import { pack } from 'tar-stream'
import { hostPlatform } from '../../src/image/platform.ts'
import { digestOf } from './layouts.ts'

export interface Part {
  readonly name: string
  readonly type?: 'file' | 'directory' | 'symlink' | 'character-device'
  readonly linkname?: string
  readonly devmajor?: number
  readonly devminor?: number
  readonly content?: string | Buffer
}

export function tarOf(...parts: Part[]): Promise<Buffer> {
  const archive = pack()
  for (const { content, ...header } of parts) archive.entry({ mtime: new Date(0), ...header }, content ?? '')
  archive.finalize()
  return buffer(archive as unknown as AsyncIterable<Buffer>)
}

/** A header alone, with a size that nothing follows. */
export async function announcing(name: string, size: number): Promise<Buffer> {
  const whole = await tarOf({ name, content: 'x' })
  const header = whole.subarray(0, 512)
  header.write(`${size.toString(8).padStart(11, '0')}\0`, 124, 'latin1')
  header.fill(' ', 148, 156)
  const sum = header.reduce((all, byte) => all + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return header
}

export interface Pieces {
  readonly layer: Buffer
  readonly config: Buffer
  readonly diffId: string
}

/** An image of one layer with one file. */
export async function pieces(file: string, content: string): Promise<Pieces> {
  const layer = await tarOf({ name: file, content })
  const diffId = digestOf(layer)
  const config = Buffer.from(
    JSON.stringify({
      os: 'linux',
      architecture: hostPlatform().architecture,
      config: {},
      rootfs: { type: 'layers', diff_ids: [diffId] },
    }),
  )
  return { layer, config, diffId }
}

/** As `docker save` wrote it for ten years. */
export function dockerArchive(
  { layer, config }: Pick<Pieces, 'layer' | 'config'>,
  { name = 'made:1', configName = `${digestOf(config).slice(7)}.json`, more = [] as Part[] } = {},
): Promise<Buffer> {
  const manifest = [{ Config: configName, RepoTags: [name], Layers: ['abc/layer.tar'] }]
  return tarOf(
    { name: 'abc', type: 'directory' },
    { name: 'abc/layer.tar', content: layer },
    { name: configName, content: config },
    ...more,
    { name: 'manifest.json', content: JSON.stringify(manifest) },
  )
}

/** An OCI image layout. @param lie what lies there in place of the layer */
export function ociArchive(
  { layer, config }: Pieces,
  { lie = layer, size = layer.length }: { readonly lie?: Buffer; readonly size?: number } = {},
): Promise<Buffer> {
  const of = (mediaType: string, bytes: Buffer) => ({
    mediaType,
    digest: digestOf(bytes),
    size: bytes.length,
  })
  const type = 'application/vnd.oci.image'
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: `${type}.manifest.v1+json`,
      config: of(`${type}.config.v1+json`, config),
      layers: [{ ...of(`${type}.layer.v1.tar`, layer), size }],
    }),
  )
  const annotations = { 'org.opencontainers.image.ref.name': 'made:2' }
  const index = {
    schemaVersion: 2,
    manifests: [{ ...of(`${type}.manifest.v1+json`, manifest), annotations }],
  }
  const blob = (digest: string, content: Buffer) => ({ name: `blobs/sha256/${digest.slice(7)}`, content })
  return tarOf(
    { name: 'oci-layout', content: '{"imageLayoutVersion":"1.0.0"}' },
    { name: 'index.json', content: JSON.stringify(index) },
    blob(digestOf(layer), lie),
    blob(digestOf(config), config),
    blob(digestOf(manifest), manifest),
  )
}

/** As build tools write it: an index for several platforms, with only this one's image in place, and an attestation. */
export async function nestedArchive({ layer, config }: Pieces, name: string): Promise<Buffer> {
  const type = 'application/vnd.oci.image'
  const of = (kind: string, bytes: Buffer) => ({
    mediaType: `${type}.${kind}`,
    digest: digestOf(bytes),
    size: bytes.length,
  })
  const json = (value: object) => Buffer.from(JSON.stringify({ schemaVersion: 2, ...value }))
  const manifest = json({
    mediaType: `${type}.manifest.v1+json`,
    config: of('config.v1+json', config),
    layers: [of('layer.v1.tar', layer)],
  })
  const { os, architecture } = JSON.parse(config.toString())
  const absent = { mediaType: `${type}.manifest.v1+json`, digest: `sha256:${'a'.repeat(64)}`, size: 100 }
  const index = json({
    mediaType: `${type}.index.v1+json`,
    manifests: [
      { ...absent, platform: { os: 'linux', architecture: 's390x' } },
      { ...of('manifest.v1+json', manifest), platform: { os, architecture } },
      {
        ...absent,
        platform: { os: 'unknown', architecture: 'unknown' },
        annotations: { 'vnd.docker.reference.type': 'attestation-manifest' },
      },
    ],
  })
  const annotations = { 'io.containerd.image.name': name, 'org.opencontainers.image.ref.name': '1' }
  const top = json({ manifests: [{ ...of('index.v1+json', index), annotations }] })
  const blobs = [layer, config, manifest, index]
  return tarOf(
    { name: 'oci-layout', content: '{"imageLayoutVersion":"1.0.0"}' },
    { name: 'index.json', content: top },
    ...blobs.map((content) => ({ name: `blobs/sha256/${digestOf(content).slice(7)}`, content })),
  )
}
