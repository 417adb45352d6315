// Which of an index's images is for this machine. One name can stand for many images, one for each processor.
// Source: OCI image specification, image-index.md; the order of arm's variants as containerd's platforms package has it.

import { arch } from 'node:process'
import type { Descriptor, Platform } from './manifest.ts'

/** The processor's name in images, which is Go's: `amd64` where Node says `x64`. */
const architectures: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386', ppc64: 'ppc64le' }

/** Names that people use for the same processor. */
const aliases: Readonly<Record<string, readonly [architecture: string, variant?: string]>> = {
  x86_64: ['amd64'],
  'x86-64': ['amd64'],
  i386: ['386'],
  aarch64: ['arm64'],
  armhf: ['arm', 'v7'],
  armel: ['arm', 'v6'],
}

/** The platform that containers here have: always Linux. */
export function hostPlatform(): Platform {
  return { os: 'linux', architecture: architectures[arch] ?? arch }
}

/**
 * Read `--platform linux/arm64`, `linux/arm/v7`, or the processor alone: `arm64`.
 * @throws Error if it is none, or not for Linux
 */
export function parsePlatform(text: string): Platform {
  const parts = text.toLowerCase().split('/')
  if (parts.length === 1 && parts[0] !== 'linux') parts.unshift('linux')
  const [os = '', name, given] = parts
  const [architecture, implied] = aliases[name ?? ''] ?? [name || hostPlatform().architecture]
  if (parts.length > 3 || !parts.every((part) => /^[a-z0-9][a-z0-9_.-]*$/.test(part))) {
    throw new Error(`"${text}" is no platform. One is written as linux/arm64 or linux/arm/v7.`)
  }
  if (os !== 'linux') throw new Error(`Containers here run on Linux, not on ${os}.`)
  return { os, architecture, variant: given ?? implied }
}

/** As `--platform` takes it. */
export function platformText({ os, architecture, variant }: Platform): string {
  return [os, architecture, variant].filter(Boolean).join('/')
}

/**
 * Choose the image for `wanted`. Among variants the best that the processor can run: an arm of version 7 runs
 * programs for 6 and 5 as well, not the other way round.
 * @throws Error that names what there is
 */
export function choosePlatform(manifests: readonly Descriptor[], wanted: Platform): Descriptor {
  const ranked = manifests
    .map((manifest) => ({ manifest, rank: rankOf(manifest.platform, wanted) }))
    .filter(({ rank }) => rank >= 0)
    .sort((a, b) => b.rank - a.rank)
  const best = ranked[0]?.manifest
  if (best) return best
  // attestations are listed as images for unknown/unknown
  const names = manifests.flatMap(({ platform }) =>
    platform && platform.os !== 'unknown' ? [platformText(platform)] : [],
  )
  throw new Error(
    `no matching manifest for ${platformText(wanted)} in the manifest list entries.\n` +
      `There is: ${names.join(', ') || 'nothing with a platform'}.`,
  )
}

/** How well an image fits: -1 not at all, else the higher the better. */
function rankOf(offered: Platform | undefined, wanted: Platform): number {
  if (!offered || offered.os !== wanted.os || offered.architecture !== wanted.architecture) return -1
  const asked = versionOf(wanted)
  const has = versionOf(offered)
  if (has > asked) return -1
  return has
}

/** `v7` as 7; without a variant what the architecture means by itself. */
function versionOf({ architecture, variant }: Platform): number {
  const usual = architecture === 'arm64' ? 8 : architecture === 'arm' ? 7 : 1
  const version = Number(/^v(\d+)/.exec(variant ?? '')?.[1])
  return Number.isNaN(version) ? usual : version
}
