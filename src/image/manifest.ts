// The JSON documents an image is made of: an index lists manifests, one for each platform; a manifest lists one
// config and the layers; the config says how to start. Each names the next by digest.
// Source: OCI image specification: image-index.md, manifest.md, config.md, descriptor.md.

import { checkFields } from './check-config.ts'
import { hexOf } from './digest.ts'
import { parseJsonObject } from './json.ts'
import { mapOf, record, text } from './shape.ts'

/** A pointer to content: what it is, what it is called, how long it is. */
export interface Descriptor {
  readonly mediaType: string
  readonly digest: string
  /** in bytes */
  readonly size: number
  readonly platform?: Platform
  readonly annotations?: Readonly<Record<string, string>>
}

export interface Platform {
  readonly os: string
  readonly architecture: string
  readonly variant?: string
}

export interface Index {
  readonly schemaVersion: 2
  readonly mediaType?: string
  readonly manifests: readonly Descriptor[]
}

export interface Manifest {
  readonly schemaVersion: 2
  readonly mediaType?: string
  readonly config: Descriptor
  readonly layers: readonly Descriptor[]
}

/** What an image says about itself and about the process that it is made for. config.md */
export interface ImageConfig {
  readonly os: string
  readonly architecture: string
  readonly variant?: string
  /** RFC 3339 */
  readonly created?: string
  readonly author?: string
  readonly config?: ProcessConfig
  /** The digests of the layers as plain tar, the lowest first. */
  readonly rootfs: { readonly type: 'layers'; readonly diff_ids: readonly string[] }
  readonly history?: readonly HistoryEntry[]
}

export interface ProcessConfig {
  readonly User?: string
  readonly ExposedPorts?: Readonly<Record<string, object>>
  /** `NAME=value` */
  readonly Env?: readonly string[]
  readonly Entrypoint?: readonly string[] | null
  readonly Cmd?: readonly string[] | null
  readonly Volumes?: Readonly<Record<string, object>> | null
  readonly WorkingDir?: string
  readonly Labels?: Readonly<Record<string, string>> | null
  readonly StopSignal?: string
  /** Docker's own; OCI has no field for it. Times are in nanoseconds. */
  readonly Healthcheck?: ImageHealth
}

export interface ImageHealth {
  /** `['CMD', 'curl', '-f', 'localhost']`, `['CMD-SHELL', 'curl -f localhost']`, `['NONE']` */
  readonly Test?: readonly string[]
  readonly Interval?: number
  readonly Timeout?: number
  readonly StartPeriod?: number
  readonly StartInterval?: number
  readonly Retries?: number
}

export interface HistoryEntry {
  readonly created?: string
  readonly created_by?: string
  readonly author?: string
  readonly comment?: string
  readonly empty_layer?: boolean
}

/** Docker had these documents first; the OCI names came later and mean the same. */
export const mediaTypes = {
  index: [
    'application/vnd.oci.image.index.v1+json',
    'application/vnd.docker.distribution.manifest.list.v2+json',
  ],
  manifest: [
    'application/vnd.oci.image.manifest.v1+json',
    'application/vnd.docker.distribution.manifest.v2+json',
  ],
  config: ['application/vnd.oci.image.config.v1+json', 'application/vnd.docker.container.image.v1+json'],
} as const

export const layerTypes: readonly string[] = [
  'application/vnd.oci.image.layer.v1.tar',
  'application/vnd.oci.image.layer.v1.tar+gzip',
  'application/vnd.oci.image.layer.v1.tar+zstd',
  'application/vnd.docker.image.rootfs.diff.tar',
  'application/vnd.docker.image.rootfs.diff.tar.gzip',
  'application/vnd.docker.image.rootfs.diff.tar.zstd',
]

/** An index or a manifest, told apart by the media type that it came with. */
export type Document =
  | { readonly kind: 'index'; readonly index: Index }
  | { readonly kind: 'manifest'; readonly manifest: Manifest }

/**
 * Read an index or a manifest, trusting nothing in it.
 * The same bytes must not mean two things (CVE-2021-41190): a document with `manifests` and `layers`, or one that
 * names another type than it came with, is refused.
 * @param mediaType what the registry, or the index above it, says it is
 */
export function parseDocument(bytes: Uint8Array, mediaType: string): Document {
  const type = mediaType.split(';', 1)[0]!.trim()
  if (/manifest\.v1\+(json|prettyjws)$/.test(type) && type.includes('docker')) {
    throw new Error(
      'This image has a manifest of schema version 1, which was given up in 2017.\n' +
        'Its layers cannot be checked as today. Push it again with a current tool: skopeo copy does it.',
    )
  }
  const json = parseJsonObject(bytes, 'manifest')
  if (json.schemaVersion !== 2)
    throw new Error(`The manifest has schemaVersion ${JSON.stringify(json.schemaVersion)}, not 2.`)
  if (json.mediaType !== undefined && json.mediaType !== type) {
    throw new Error(
      `The manifest came as ${type} and says of itself that it is ${JSON.stringify(json.mediaType)}.`,
    )
  }
  if ('manifests' in json && ('layers' in json || 'config' in json || 'fsLayers' in json)) {
    throw new Error(
      'The manifest is an index and an image at once: what it means would depend on the reader.',
    )
  }
  if (isOneOf(mediaTypes.index, type)) return { kind: 'index', index: asIndex(json) }
  if (isOneOf(mediaTypes.manifest, type)) return { kind: 'manifest', manifest: asManifest(json) }
  throw new Error(`The registry answered with ${type || 'no media type'}: that is no container image.`)
}

/** Read an image config. */
export function parseConfig(bytes: Uint8Array): ImageConfig {
  const json = parseJsonObject(bytes, 'image config')
  checkFields(json)
  const rootfs = json.rootfs as { diff_ids?: unknown } | undefined
  if (!Array.isArray(rootfs?.diff_ids)) throw new Error('The image config does not list its layers (rootfs).')
  for (const id of rootfs.diff_ids) hexOf(id)
  return json as unknown as ImageConfig
}

function asIndex(json: Record<string, unknown>): Index {
  if (!Array.isArray(json.manifests)) throw new Error('The index lists no manifests.')
  json.manifests.forEach(checkDescriptor)
  return json as unknown as Index
}

function asManifest(json: Record<string, unknown>): Manifest {
  if (!Array.isArray(json.layers)) throw new Error('The manifest lists no layers.')
  checkDescriptor(json.config)
  json.layers.forEach(checkDescriptor)
  const { mediaType } = json.config as Descriptor
  if (!isOneOf(mediaTypes.config, mediaType)) {
    throw new Error(`This is no container image: its config is of type ${mediaType}.`)
  }
  return json as unknown as Manifest
}

function checkDescriptor(value: unknown): asserts value is Descriptor {
  const { mediaType, digest, size } = (value ?? {}) as Partial<Descriptor>
  if (typeof mediaType !== 'string') throw new Error('A descriptor in the manifest has no media type.')
  if (!Number.isSafeInteger(size) || size! < 0)
    throw new Error(`A descriptor in the manifest has the size ${JSON.stringify(size)}.`)
  hexOf(digest as string)
  const wrong = besides(value)
  if (wrong) throw new Error(`A descriptor in the manifest is damaged: ${wrong}.`)
}

const besides = record({
  platform: record({ os: text, architecture: text, variant: text }),
  annotations: mapOf(text),
})

function isOneOf(types: readonly string[], type: string): boolean {
  return types.includes(type)
}
