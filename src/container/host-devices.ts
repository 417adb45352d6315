// The devices of this machine, as they lie in /dev: a privileged container gets all of them.

import { lstatSync, readdirSync, statSync } from 'node:fs'
import { type DeviceNode, defaultDevices } from '../rootfs/dev.ts'

/** What a container has of its own, in a file system of its own. */
const own = ['/dev/pts', '/dev/shm', '/dev/mqueue', '/dev/fd', '/dev/console', '/dev/ptmx']

/** All nodes below /dev, but those that every container has anyway. */
export function hostDevices(): DeviceNode[] {
  const isOwn = (path: string) => own.includes(path) || defaultDevices.some((device) => device.path === path)
  return below('/dev', isOwn)
}

function below(directory: string, isOwn: (path: string) => boolean): DeviceNode[] {
  return readdirSync(directory).flatMap((name): DeviceNode[] => {
    const path = `${directory}/${name}`
    if (isOwn(path)) return []
    const stats = lstatSync(path, { throwIfNoEntry: false })
    if (stats?.isDirectory()) return below(path, isOwn)
    if (!stats || !(stats.isCharacterDevice() || stats.isBlockDevice())) return []
    const type = stats.isCharacterDevice() ? 'c' : 'b'
    return [{ path, type, major: major(stats.rdev), minor: minor(stats.rdev), fileMode: stats.mode & 0o777 }]
  })
}

/** The device behind a path of this machine, links followed; undefined if there is none. */
export function deviceOf(path: string): DeviceNode | undefined {
  const stats = statSync(path, { throwIfNoEntry: false })
  if (!stats || !(stats.isCharacterDevice() || stats.isBlockDevice())) return undefined
  const type = stats.isCharacterDevice() ? 'c' : 'b'
  return { path, type, major: major(stats.rdev), minor: minor(stats.rdev), fileMode: stats.mode & 0o777 }
}

/** The two parts of a device number, makedev(3): 12 bits and 20, oddly packed. */
function major(device: number): number {
  return (device >>> 8) & 0xfff
}

function minor(device: number): number {
  return (device & 0xff) | ((device >>> 12) & 0xfff00)
}
