// The OCI image layout on disk: a file `oci-layout`, `index.json` that lists the images, and `blobs/sha256/` with one
// file for each digest. Any tool that knows the layout reads it as it lies: `skopeo inspect oci:DIR:docker.io/library/alpine:latest`.
// Beside them `partial/` keeps downloads that broke off, and `lock` and `pulling` are locked while something changes.
// Source: OCI image specification, image-layout.md.

import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { call } from '../syscall/call.ts'
import { LOCK_EX, LOCK_NB, LOCK_SH } from '../syscall/constants.ts'
import { failedWith } from '../syscall/error.ts'
import { flock } from '../syscall/file.ts'
import { hexOf } from './digest.ts'
import type { Descriptor, Index } from './manifest.ts'

/** The annotation that holds an image's name in `index.json`. OCI image specification, annotations.md */
export const refName = 'org.opencontainers.image.ref.name'

/** Where the blob of a digest lies. Throws on what is no digest, before it becomes a path. */
export function blobPath(dir: string, digest: string): string {
  return `${dir}/blobs/sha256/${hexOf(digest)}`
}

/** Where the first part of a broken download waits for the rest. */
export function partialPath(dir: string, digest: string): string {
  return `${dir}/partial/${hexOf(digest)}`
}

/** Make the directories of an empty layout, if they are not there. */
export function createLayout(dir: string): void {
  mkdirSync(`${dir}/blobs/sha256`, { recursive: true })
  mkdirSync(`${dir}/partial`, { recursive: true })
  if (!existsSync(`${dir}/oci-layout`)) replaceFile(`${dir}/oci-layout`, '{"imageLayoutVersion":"1.0.0"}')
  if (!existsSync(`${dir}/index.json`)) changeIndex(dir, (entries) => entries)
}

/** The images' descriptors; none where there is no layout yet. */
export function readIndex(dir: string): readonly Descriptor[] {
  const text = readIfThere(`${dir}/index.json`)
  if (text === undefined) return []
  return (JSON.parse(text) as Index).manifests
}

/** Replace the list of images, while nobody else does. Readers see the old list or the new one, never half of it. */
export function changeIndex(
  dir: string,
  change: (entries: readonly Descriptor[]) => readonly Descriptor[],
): void {
  const lock = openSync(`${dir}/lock`, 'a', 0o600)
  try {
    call(flock(lock, LOCK_EX))
    const manifests = change(readIndex(dir))
    const index: Index = {
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.index.v1+json',
      manifests,
    }
    replaceFile(`${dir}/index.json`, JSON.stringify(index, null, 2))
  } finally {
    closeSync(lock)
  }
}

/**
 * Say that blobs are being added that no image names yet, or layers used that no container names yet, so that nobody
 * sweeps them away. Any number may do so at once.
 * The kernel drops the lock when its holder dies.
 */
export function whileAdding(dir: string): Disposable {
  const lock = openSync(`${dir}/pulling`, 'a', 0o600)
  call(flock(lock, LOCK_SH))
  return { [Symbol.dispose]: () => closeSync(lock) }
}

/** The right to remove what no image names, or undefined while somebody is adding. */
export function whileSweeping(dir: string): Disposable | undefined {
  const lock = openSync(`${dir}/pulling`, 'a', 0o600)
  try {
    call(flock(lock, LOCK_EX | LOCK_NB))
    return { [Symbol.dispose]: () => closeSync(lock) }
  } catch (error) {
    closeSync(lock)
    if (failedWith(error, 'EAGAIN')) return undefined
    throw error
  }
}

/** Write a file so that it is there as a whole or not at all. rename(2) */
export function replaceFile(path: string, content: string | Uint8Array): void {
  const temporary = `${path}.${process.pid}`
  try {
    writeFileSync(temporary, content)
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}

/** A file's text, or undefined if there is no such file. */
export function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
