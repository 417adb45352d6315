// Who takes how much of the disk, and what would come back: images, containers, volumes. Layers are counted once, however
// many images have them, with the bytes in their files. Reads only.

import { type Image, layerSize, openStore } from '../image/store.ts'
import { overlayOf } from './design.ts'
import { diskUsage } from './disk-usage.ts'
import type { Places } from './places.ts'
import { isRunning, list, type State, status } from './state.ts'
import { dataOf, listVolumes } from './volumes.ts'

export interface ImageUse {
  /** One for each name. */
  readonly image: Image
  readonly size: number
  /** Of its layers that another image has, too. */
  readonly shared: number
  readonly containers: number
}

export interface ContainerUse {
  readonly state: State
  readonly size: number
  readonly isActive: boolean
}

export interface VolumeUse {
  readonly name: string
  readonly size: number
  /** How many containers have it. */
  readonly links: number
}

export interface DiskReport {
  readonly images: readonly ImageUse[]
  readonly imageTotals: Totals
  readonly containers: readonly ContainerUse[]
  readonly containerTotals: Totals
  readonly volumes: readonly VolumeUse[]
  readonly volumeTotals: Totals
}

export interface Totals {
  readonly count: number
  readonly active: number
  readonly size: number
  /** What goes if everything goes that is not active. */
  readonly reclaimable: number
}

export function diskReport(places: Places): DiskReport {
  const states = list(places)
  const containers = states.map((state) => ({
    state,
    size: diskUsage(overlayOf(places, state).upper),
    isActive: isRunning(state) || status(state) === 'restarting',
  }))
  const volumes = listVolumes(places).map(({ name }) => ({
    name,
    size: diskUsage(dataOf(places, name)),
    links: states.filter(({ mounts = [] }) => mounts.some((m) => m.type === 'volume' && m.name === name))
      .length,
  }))
  return {
    ...reportImages(places, states),
    containers,
    containerTotals: totals(containers, ({ isActive }) => isActive),
    volumes,
    volumeTotals: totals(volumes, ({ links }) => links > 0),
  }
}

function reportImages(places: Places, states: readonly State[]): Pick<DiskReport, 'images' | 'imageTotals'> {
  const listed = openStore(places.root).list()
  const different = [...new Map(listed.map((image) => [image.id, image])).values()]
  const sizes = new Map(
    different.flatMap(({ layers }) => layers).map((l) => [l, layerSize(places.layers, l)]),
  )
  const sum = (layers: Iterable<string>) =>
    [...layers].reduce((all, layer) => all + (sizes.get(layer) ?? 0), 0)
  const containersOf = ({ id }: Image) => states.filter(({ imageId }) => imageId === id).length
  const active = different.filter((image) => containersOf(image) > 0)
  const needed = new Set([
    ...active.flatMap(({ layers }) => layers),
    ...states.flatMap(({ layers }) => layers),
  ])
  const isShared = (layer: string) => different.filter(({ layers }) => layers.includes(layer)).length > 1
  return {
    images: listed.map((image) => ({
      image,
      size: image.size,
      shared: sum(image.layers.filter(isShared)),
      containers: containersOf(image),
    })),
    imageTotals: {
      count: different.length,
      active: active.length,
      size: sum(sizes.keys()),
      reclaimable: sum([...sizes.keys()].filter((layer) => !needed.has(layer))),
    },
  }
}

function totals<T extends { readonly size: number }>(
  all: readonly T[],
  isActive: (one: T) => boolean,
): Totals {
  const sum = (some: readonly T[]) => some.reduce((bytes, { size }) => bytes + size, 0)
  const active = all.filter(isActive)
  return { count: all.length, active: active.length, size: sum(all), reclaimable: sum(all) - sum(active) }
}
