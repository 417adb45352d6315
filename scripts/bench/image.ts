// An image of about 120 MB, made of files of this machine, in four layers, as an OCI layout. It is kept for the next time.

import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { hostPlatform } from '../../src/image/platform.ts'

const layers = 4
const bytesPerLayer = 30e6
export const imageName = 'bench:latest'

/** The folder of the layout. */
export function largeImage(): string {
  const folder = '/var/tmp/gocker-bench-120mb'
  if (existsSync(join(folder, 'index.json'))) return folder
  const making = `${folder}.${process.pid}`
  rmSync(making, { recursive: true, force: true })
  mkdirSync(join(making, 'blobs/sha256'), { recursive: true })
  const tars = inLayers(filesBelow(['/usr/bin', '/usr/sbin', '/usr/lib', '/usr/share'])).map((files) =>
    packed(making, files),
  )
  const { os, architecture } = hostPlatform()
  const config = blob(
    making,
    Buffer.from(
      JSON.stringify({
        os,
        architecture,
        config: {},
        rootfs: { type: 'layers', diff_ids: tars.map((tar) => digestOf(gunzipSync(tar))) },
      }),
    ),
  )
  const manifest = blob(
    making,
    Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: 'application/vnd.oci.image.manifest.v1+json',
        config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...config },
        layers: tars.map((tar) => ({
          mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
          ...blob(making, tar),
        })),
      }),
    ),
  )
  writeFileSync(join(making, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}')
  const annotations = { 'org.opencontainers.image.ref.name': imageName }
  const entry = { mediaType: 'application/vnd.oci.image.manifest.v1+json', ...manifest, annotations }
  writeFileSync(join(making, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [entry] }))
  renameSync(making, folder)
  return folder
}

/** The layers' blobs, the lowest first. */
export function layerBlobs(folder: string): string[] {
  const read = (digest: string) =>
    readFileSync(join(folder, 'blobs/sha256', digest.slice('sha256:'.length)), 'utf8')
  const [entry] = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')).manifests
  return JSON.parse(read(entry.digest)).layers.map(({ digest }: { digest: string }) => digest)
}

function filesBelow(folders: readonly string[]): string[] {
  const { stdout } = spawnSync('find', [...folders, '-xdev', '-type', 'f', '-size', '-7000k'], {
    encoding: 'utf8',
    maxBuffer: 1e9,
  })
  return stdout.split('\n').filter((path) => path !== '')
}

/** Files in the order of their names' digests: large and small ones, programs and texts, in every layer. */
function inLayers(files: readonly string[]): string[][] {
  const mixed = files.toSorted((a, b) => (digestOf(a) < digestOf(b) ? -1 : 1))
  const all: string[][] = Array.from({ length: layers }, () => [])
  let total = 0
  for (const file of mixed) {
    all[Math.floor(total / bytesPerLayer)]?.push(file)
    total += statSync(file).size
  }
  return all
}

function packed(folder: string, files: readonly string[]): Buffer {
  const list = join(folder, 'list')
  // as in every image that was built: a directory stands before what lies in it
  writeFileSync(list, [...directoriesOf(files), ...files].join('\n'))
  const { status, stderr, stdout } = spawnSync(
    'tar',
    ['-C', '/', '--absolute-names', '--no-recursion', '-czf', '-', '-T', list, '--transform', 's,^/,,'],
    {
      maxBuffer: 1e9,
    },
  )
  rmSync(list)
  if (status !== 0) throw new Error(`tar: ${stderr}`)
  return stdout
}

function directoriesOf(files: readonly string[]): string[] {
  const all = new Set<string>()
  for (const file of files) {
    for (let path = dirname(file); path !== '/' && !all.has(path); path = dirname(path)) all.add(path)
  }
  return [...all].sort()
}

function blob(folder: string, bytes: Buffer): { digest: string; size: number } {
  const digest = digestOf(bytes)
  writeFileSync(join(folder, 'blobs/sha256', digest.slice('sha256:'.length)), bytes)
  return { digest, size: bytes.length }
}

function digestOf(bytes: string | Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}
