// `tiny` as an image: the root file system of chapter 02, packed as a layer, with a config and a manifest, listed like an
// image from a registry. The same programs on the host give the same bytes, and so the same digests.

import { createHash } from 'node:crypto'
import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { pack } from 'tar-stream'
import { layerName } from '../overlay/layer-name.ts'
import { type TinyFile, tinyConfig, tinyFiles } from '../rootfs/tiny.ts'
import { blobBytes } from './download.ts'
import { blobPath, whileAdding } from './layout.ts'
import type { Descriptor, ImageConfig, Manifest } from './manifest.ts'
import { hostPlatform } from './platform.ts'
import { type Image, prepare, type Store } from './store.ts'
import { unpackLayer } from './unpack.ts'

const tinyReference = 'docker.io/library/tiny:latest'

/**
 * Make the image `tiny` and list it. Its newest program says when it was created.
 * @throws Error if this machine has no shell to make it of, or the disk is full
 */
export async function makeTinyImage(store: Store): Promise<Image> {
  const { imagesDir, layersDir } = store
  const files = tinyFiles()
  const times = files.map((file) => (file.kind === 'copy' ? statSync(file.source).mtimeMs : 0))
  const newest = new Date(Math.floor(Math.max(...times) / 1000) * 1000)
  prepare(imagesDir, layersDir)
  using _adding = whileAdding(imagesDir)
  const layer = await addLayer(imagesDir, packed(files, newest))
  // a plain tar: the digest of the blob is the digest of the layer
  const { mediaType, digest } = layer
  if (!existsSync(`${layersDir}/${layerName(digest)}`)) {
    await unpackLayer(blobBytes(blobPath(imagesDir, digest)), { mediaType, diffId: digest, layersDir })
  }

  const { os, architecture } = hostPlatform()
  const created = newest.toISOString()
  const config: ImageConfig = {
    created,
    os,
    architecture,
    config: tinyConfig,
    rootfs: { type: 'layers', diff_ids: [digest] },
    history: [{ created, created_by: "made of this machine's own programs" }],
  }
  const manifest: Manifest = {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: addJson(store, 'application/vnd.oci.image.config.v1+json', config),
    layers: [layer],
  }
  return store.tag(tinyReference, addJson(store, manifest.mediaType!, manifest))
}

/** The files as a tar archive, piece by piece. */
function packed(files: readonly TinyFile[], newest: Date): AsyncIterable<Uint8Array> {
  const archive = pack()
  const root = { uid: 0, gid: 0, uname: 'root', gname: 'root' }
  for (const file of files) {
    const { path: name, mode } = file
    const header = { ...root, name, mode, mtime: file.kind === 'copy' ? timeOf(file.source) : newest }
    if (file.kind === 'directory') archive.entry({ ...header, type: 'directory' })
    if (file.kind === 'link') archive.entry({ ...header, type: 'symlink', linkname: file.target })
    if (file.kind === 'file') archive.entry(header, file.content)
    if (file.kind === 'copy') archive.entry(header, readFileSync(file.source))
  }
  archive.finalize()
  // its types do not say that it can be iterated over
  return archive as unknown as AsyncIterable<Uint8Array>
}

/** Whole seconds: that is what a tar header holds. */
function timeOf(path: string): Date {
  return new Date(Math.floor(statSync(path).mtimeMs / 1000) * 1000)
}

/** Write a blob whose digest is known at its end. */
async function addLayer(imagesDir: string, bytes: AsyncIterable<Uint8Array>): Promise<Descriptor> {
  const path = `${imagesDir}/partial/tiny.${process.pid}`
  const hash = createHash('sha256')
  let size = 0
  const fd = openSync(path, 'w')
  try {
    for await (const chunk of bytes) {
      hash.update(chunk)
      for (let written = 0; written < chunk.length; ) written += writeSync(fd, chunk, written)
      size += chunk.length
    }
    const digest = `sha256:${hash.digest('hex')}`
    renameSync(path, blobPath(imagesDir, digest))
    return { mediaType: 'application/vnd.oci.image.layer.v1.tar', digest, size }
  } catch (error) {
    rmSync(path, { force: true })
    throw error
  } finally {
    closeSync(fd)
  }
}

function addJson(store: Store, mediaType: string, value: Manifest | ImageConfig): Descriptor {
  const bytes = Buffer.from(JSON.stringify(value))
  return store.addBlob(mediaType, `sha256:${createHash('sha256').update(bytes).digest('hex')}`, bytes)
}
