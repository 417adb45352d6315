// The images of an archive in Docker's own format: manifest.json lists them, each with its config, its names, and its layers
// as tar archives. Of digests it knows only those in the config; all others are computed here.

import { addImageBlobs, addLayer } from './add-image.ts'
import type { ArchiveFiles } from './archive-files.ts'
import { parseJson } from './json.ts'
import type { Ready } from './load.ts'
import { type ImageConfig, parseConfig } from './manifest.ts'
import { checkConfig, configLimit } from './pull.ts'
import { canonical, parseReference } from './reference.ts'
import { contentOf, type Staged } from './staging.ts'
import type { Store } from './store.ts'
import { listedAs } from './tag.ts'

export interface DockerEntry {
  readonly Config: string
  readonly RepoTags: readonly string[] | null
  readonly Layers: readonly string[]
}

const listLimit = 4 << 20

export async function dockerImages(store: Store, files: ArchiveFiles): Promise<Ready[]> {
  const ready: Ready[] = []
  for (const entry of dockerEntries(files)) ready.push(await dockerImage(store, files, entry))
  return ready
}

/** What manifest.json says. @throws Error if it makes no sense */
export function dockerEntries(files: ArchiveFiles): DockerEntry[] {
  const bytes = contentOf(need(files, 'manifest.json'), listLimit, 'manifest.json of the archive')
  const list = parseJson(bytes, 'manifest.json of the archive')
  if (!Array.isArray(list) || list.length === 0 || !list.every(isEntry))
    throw new Error(
      'The manifest.json of the archive does not list images, with Config, RepoTags and Layers.',
    )
  return list
}

function isEntry(value: unknown): value is DockerEntry {
  const { Config, RepoTags, Layers } = (value ?? {}) as Partial<DockerEntry>
  const areStrings = (list: unknown) =>
    Array.isArray(list) && list.every((one: unknown) => typeof one === 'string')
  return (
    typeof Config === 'string' &&
    areStrings(Layers) &&
    (RepoTags === undefined || RepoTags === null || areStrings(RepoTags))
  )
}

async function dockerImage(store: Store, files: ArchiveFiles, entry: DockerEntry): Promise<Ready> {
  const file = need(files, entry.Config)
  // its name is its digest, in all archives that were ever written
  const named = /([0-9a-f]{64})(\.json)?$/.exec(entry.Config)?.[1]
  if (named !== undefined && file.digest !== `sha256:${named}`)
    throw new Error(
      `Wrong digest: the image config is called ${named} and is ${file.digest}. Nothing was kept.`,
    )
  const bytes = contentOf(file, configLimit, 'image config')
  const config = parseConfig(bytes)
  const diffIds = config.rootfs.diff_ids
  const names = (entry.RepoTags ?? []).map((name) => canonical(parseReference(name)))
  const known = store.find(file.digest)
  // the same image has one manifest here, though there are many ways to compress its layers
  if (known) return { manifest: listedAs(store, known), diffIds, names, repoDigest: known.repoDigest }
  return { manifest: await place(store, files, entry, bytes, config), diffIds, names }
}

async function place(
  store: Store,
  files: ArchiveFiles,
  { Layers }: DockerEntry,
  bytes: Uint8Array,
  config: ImageConfig,
) {
  const diffIds = config.rootfs.diff_ids
  if (Layers.length !== diffIds.length)
    throw new Error(`The archive has ${Layers.length} layers for an image of ${diffIds.length}.`)
  const layers = []
  for (const [i, name] of Layers.entries()) layers.push(await addLayer(store, need(files, name), diffIds[i]!))
  const { manifest, descriptor } = addImageBlobs(store, bytes, layers)
  checkConfig(config, manifest, undefined)
  return descriptor
}

function need(files: ArchiveFiles, name: string): Staged {
  const file = files.find(name)
  if (!file)
    throw new Error(`The archive has no file ${JSON.stringify(name)}, which its manifest.json names.`)
  return file
}
