// The doctor, chapters 5 and 6: layers on this disk, and what a pull needs.

import { existsSync, mkdirSync, mkdtempSync, rmSync, statfsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { places } from '../container/places.ts'
import { humanSize } from '../container/units.ts'
import { overlaySteps } from '../overlay/mount.ts'
import { privateSteps } from '../rootfs/pivot-root.ts'
import { clone } from '../syscall/clone.ts'
import * as C from '../syscall/constants.ts'
import { SyscallError } from '../syscall/error.ts'
import { mkdirat } from '../syscall/file.ts'
import { exit_group } from '../syscall/process.ts'
import { waitNow } from '../syscall/wait.ts'
import { asRoot, bad, type Check, type Finding, good, type Host, onLinux, weak } from './doctor-check.ts'

export const storageChecks: readonly Check[] = [
  { chapter: 5, name: 'overlay', check: onLinux((host) => overlay(host)) },
  { chapter: 5, name: 'an overlay on this disk', check: asRoot((host) => tryOverlay(host)) },
  { chapter: 5, name: 'free space', check: onLinux((host) => space(host)) },
  { chapter: 6, name: 'clock', check: ({ now }) => clock(now) },
  { chapter: 6, name: 'name lookup', check: onLinux(({ read }) => nameservers(read('/etc/resolv.conf'))) },
]

/** A kernel loads the module by itself at the first mount: only trying it says for sure whether it can. */
export function overlay({ read, release }: Pick<Host, 'read' | 'release'>): Finding {
  if (/\boverlay$/m.test(read('/proc/filesystems') ?? '')) return good('the kernel has it')
  return read(`/lib/modules/${release}/modules.dep`)?.includes('/overlay.ko')
    ? good('a module, loaded at the first use')
    : weak('not loaded, and no module to be seen', 'If the next line says no: modprobe overlay')
}

/** Where the engine keeps its things, or the directory above it that is there already. */
function store({ env }: Host): string {
  let directory = places(env).root
  while (!existsSync(directory)) directory = dirname(directory)
  return directory
}

/** Two layers in a folder of their own, mounted where only a short-lived child sees it. */
function tryOverlay(host: Host): Finding {
  const where = store(host)
  const folder = mkdtempSync(join(where, 'gocker-doctor-'))
  try {
    for (const name of ['lower', 'upper', 'work', 'merged']) mkdirSync(join(folder, name))
    const [upper, work, target] = ['upper', 'work', 'merged'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ]
    const steps = [
      ...privateSteps(),
      ...overlaySteps({ layersDir: folder, layers: ['lower'], upper, work, target }),
    ]
    const calls = [...steps.map(({ call }) => call), mkdirat(C.AT_FDCWD, join(target, 'new'), 0o755)]
    waitNow(clone(C.CLONE_NEWNS, [...calls, exit_group(0)]))
    return good(`mounted and written to, in ${where}`)
  } catch (error) {
    if (!(error instanceof SyscallError) || error.call.name !== 'mount') throw error
    return bad(
      error.message.split('\n')[0]!,
      `${where} must be on a file system such as ext4, xfs or btrfs, or choose another place: GOCKER_ROOT=/path`,
    )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const little = 10 ** 9

function space(host: Host): Finding {
  const where = store(host)
  const { bavail, bsize } = statfsSync(where)
  const free = bavail * bsize
  const text = `${humanSize(free)} in ${where}`
  return free >= little ? good(text) : weak(text, 'Make room, or choose another place: GOCKER_ROOT=/path')
}

/** Certificates have a first and a last day: with a clock far from today no registry can be trusted. */
export function clock(now: number): Finding {
  const year = new Date(now).getUTCFullYear()
  return year >= 2026 && year < 2100
    ? good(new Date(now).toISOString().slice(0, 16).replace('T', ' '))
    : weak(`it is the year ${year}: no registry will be trusted`, 'Set the clock: timedatectl set-ntp true')
}

export function nameservers(resolvConf: string | undefined): Finding {
  const servers = [...(resolvConf ?? '').matchAll(/^\s*nameserver\s+(\S+)/gm)].map((match) => match[1]!)
  return servers.length > 0
    ? good(servers.join(', '))
    : weak('/etc/resolv.conf names no server: no image can be pulled by name')
}
