// Layers, one over the other, as one tree: the overlay file system. overlayfs(5), Documentation/filesystems/overlayfs.rst
//
// What is read comes from the uppermost layer that has it. What is written goes to the directory `upper`, where a
// file of a layer is first copied (copy-up); a layer is never changed, so any number of containers share it.
// The steps must be made in a mount namespace of one's own: the mount then goes with its last process.

import * as C from '../syscall/constants.ts'
import { chdir, fsconfig, fsconfigCreate, fsmount, fsopen, mount, move_mount } from '../syscall/mount.ts'
import { type Step, stepsOf } from '../syscall/syscall.ts'

const step = stepsOf(5)

export interface Overlay {
  /** The directory below which the layers lie. */
  readonly layersDir: string
  /** Their names below it, the uppermost first. */
  readonly layers: readonly string[]
  /** Gets what is written. Absolute, as `work` and `target`. */
  readonly upper: string
  /** An empty directory on the same file system as `upper`, for the kernel's own use. */
  readonly work: string
  /** Where the one tree appears. */
  readonly target: string
  /** Never wait for the disk: for a tree that is thrown away, as it cannot be mounted a second time. Linux 5.10 */
  readonly volatile?: boolean
  /** The SELinux label of all that is in it. */
  readonly label?: string
}

/** mount(2) copies one page of options, and the last byte is NUL. */
const longestOptions = 4095

/**
 * The layers come from strangers, and an attribute in them could name a directory for the kernel to go to
 * (`redirect_dir`) or a file whose content to take (`metacopy`), anywhere below the layers: both are refused.
 */
const forStrangers = { redirect_dir: 'nofollow', metacopy: 'off', index: 'off' } as const

/**
 * The steps that show `layers` at `target`. They change the current directory: names relative to it are what lets
 * 128 layers fit into one page of options. Without any layer, the tree is `upper` itself.
 */
export function overlaySteps(overlay: Overlay): Step[] {
  const { layersDir, layers, upper, target } = overlay
  if (layers.length === 0) {
    return step(
      'the image has no layers, so the container begins with its own empty directory',
      mount(upper, target, '', C.MS_BIND),
    )
  }
  const data = options(overlay)
  return [
    ...step('go to where the layers lie, so that short names are enough for them', chdir(layersDir)),
    ...(Buffer.byteLength(data) <= longestOptions
      ? step(
          `lay ${count(layers.length)} and a directory for what is written over each other`,
          mount('overlay', target, 'overlay', 0, data),
        )
      : oneByOne(overlay)),
  ]
}

/** The option string of the mount. */
function options({ layers, upper, work, volatile, label }: Overlay): string {
  const plain = Object.entries(forStrangers).map(([key, value]) => `${key}=${value}`)
  return [
    `lowerdir=${layers.map((name) => escaped(name, /[\\,:]/g)).join(':')}`,
    `upperdir=${escaped(upper, /[\\,]/g)}`,
    `workdir=${escaped(work, /[\\,]/g)}`,
    ...plain,
    ...(volatile ? ['volatile'] : []),
    // in quotes, as there are commas in it
    ...(label ? [`context="${label}"`] : []),
  ].join(',')
}

/** More than a page: the newer calls take the layers one by one, up to 500 of them. Linux 6.5 */
function oneByOne({ layers, upper, work, target, volatile, label }: Overlay): Step[] {
  const fs = fsopen('overlay')
  const made = fsmount(fs)
  const settings = {
    upperdir: escaped(upper, /\\/g),
    workdir: escaped(work, /\\/g),
    ...forStrangers,
    ...(volatile ? { fsync: 'volatile' } : {}),
    ...(label ? { context: label } : {}),
  }
  return step(
    `lay ${count(layers.length)} over each other, one by one, as their names are more than a page`,
    fs,
    ...layers.map((name) => fsconfig(fs, 'lowerdir+', name)),
    ...Object.entries(settings).map(([key, value]) => fsconfig(fs, key, value)),
    fsconfigCreate(fs),
    made,
    move_mount(made, target),
  )
}

/** A comma ends an option and a colon a layer, unless a backslash stands before it. */
function escaped(path: string, special: RegExp): string {
  return path.replaceAll(special, '\\$&')
}

function count(layers: number): string {
  return layers === 1 ? 'the one layer' : `${layers} layers`
}
