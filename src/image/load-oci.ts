// The images of an archive that is an OCI image layout: index.json lists manifests, or indexes of manifests for several
// platforms, of which this machine's is taken. What has a digest has it as its name, and is compared with it.
// Source: OCI image specification, image-layout.md

import { addLayer } from './add-image.ts'
import type { ArchiveFiles } from './archive-files.ts'
import { hexOf } from './digest.ts'
import { refName } from './layout.ts'
import type { Ready } from './load.ts'
import { dockerEntries } from './load-docker.ts'
import { type Descriptor, mediaTypes, parseConfig, parseDocument } from './manifest.ts'
import { choosePlatform, hostPlatform } from './platform.ts'
import { checkConfig, configLimit } from './pull.ts'
import { canonical, parseReference } from './reference.ts'
import { contentOf, type Staged, takeOver } from './staging.ts'
import type { Store } from './store.ts'
import { listedAs } from './tag.ts'

/** Where containerd, and with it Docker, keeps the whole name; `refName` may hold the tag alone. */
export const containerdName = 'io.containerd.image.name'

const documentLimit = 4 << 20

interface Found extends Ready {
  /** The digest of its config. */
  readonly config: string
}

export async function ociImages(store: Store, files: ArchiveFiles): Promise<Ready[]> {
  const bytes = contentOf(files.find('index.json')!, documentLimit, 'index.json of the archive')
  const document = parseDocument(bytes, mediaTypes.index[0])
  if (document.kind !== 'index' || document.index.manifests.length === 0)
    throw new Error('The index.json of the archive lists no images.')
  /** By the manifest: an image with several names is listed several times. */
  const found = new Map<string, Found>()
  for (const descriptor of document.index.manifests.filter(isImage)) {
    const before = found.get(descriptor.digest)
    const ready = before ?? (await ociImage(store, files, descriptor))
    found.set(descriptor.digest, { ...ready, names: [...ready.names, ...nameOf(descriptor)] })
  }
  const ready = [...found.values()]
  return files.find('manifest.json') ? ready.map((one) => withDockerNames(files, one)) : ready
}

/** Attestations stand beside the images that they are about. */
function isImage({ annotations, platform }: Descriptor): boolean {
  return annotations?.['vnd.docker.reference.type'] === undefined && platform?.os !== 'unknown'
}

function nameOf({ annotations = {} }: Descriptor): string[] {
  const name = annotations[containerdName] ?? annotations[refName] ?? ''
  // a word alone is a tag, without the repository that it belongs to
  if (!/[:/@]/.test(name)) return []
  return [canonical(parseReference(name))]
}

async function ociImage(store: Store, files: ArchiveFiles, top: Descriptor): Promise<Found> {
  const first = parseDocument(content(files, top, documentLimit), top.mediaType)
  const descriptor =
    first.kind === 'index' ? choosePlatform(first.index.manifests.filter(isImage), hostPlatform()) : top
  const chosen =
    first.kind === 'index'
      ? parseDocument(content(files, descriptor, documentLimit), descriptor.mediaType)
      : first
  if (chosen.kind === 'index')
    throw new Error('An index of the archive leads to another index, not to an image.')
  const { manifest } = chosen
  const parsed = parseConfig(content(files, manifest.config, configLimit))
  checkConfig(parsed, manifest, undefined)
  const diffIds = parsed.rootfs.diff_ids
  const known = store.find(manifest.config.digest)
  // the same image has one manifest here, though there are many ways to compress its layers
  if (known)
    return {
      manifest: listedAs(store, known),
      config: known.id,
      diffIds,
      names: [],
      repoDigest: known.repoDigest,
    }
  for (const [i, layer] of manifest.layers.entries()) await addLayer(store, need(files, layer), diffIds[i]!)
  for (const one of [manifest.config, descriptor]) takeOver(store.imagesDir, need(files, one))
  const { mediaType, digest, size } = descriptor
  const config = manifest.config.digest
  return { manifest: { mediaType, digest, size }, config, diffIds, names: [], repoDigest: top.digest }
}

/** The first archives of Docker that were both formats at once had the names in manifest.json alone. */
function withDockerNames(files: ArchiveFiles, ready: Found): Found {
  if (ready.names.length > 0) return ready
  const entry = dockerEntries(files).find(({ Config }) => files.find(Config)?.digest === ready.config)
  return { ...ready, names: (entry?.RepoTags ?? []).map((name) => canonical(parseReference(name))) }
}

/** A file that is what its descriptor says. @throws Error if it is not there, or something else */
function need(files: ArchiveFiles, { digest, size }: Descriptor): Staged {
  const file = files.find(`blobs/sha256/${hexOf(digest)}`)
  if (!file) throw new Error(`The archive lacks ${digest}, which it names: it is not complete.`)
  if (file.digest !== digest)
    throw new Error(
      `Wrong digest: a file of the archive should be ${digest} and is ${file.digest}. Nothing was kept.`,
    )
  if (file.size !== size)
    throw new Error(
      `The archive says that ${digest} has ${size} bytes, and it has ${file.size}. Nothing was kept.`,
    )
  return file
}

function content(files: ArchiveFiles, descriptor: Descriptor, most: number): Buffer {
  return contentOf(need(files, descriptor), most, 'manifest or config')
}
