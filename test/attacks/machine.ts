// What the kernel of this machine has, for attacks that need it.

import { existsSync, readFileSync } from 'node:fs'
import { attempt } from '../../src/syscall/call.ts'
import * as C from '../../src/syscall/constants.ts'
import { close } from '../../src/syscall/file.ts'
import { socket } from '../../src/syscall/socket.ts'

/** One below /proc/sys, without its line feed; undefined if there is none. */
export function setting(path: string): string | undefined {
  const file = `/proc/sys/${path}`
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined
}

export const perfParanoid = (): number => Number(setting('kernel/perf_event_paranoid') ?? 4)

export const bpfForAll = (): boolean => setting('kernel/unprivileged_bpf_disabled') === '0'

export function lacksFileSystem(name: string): string | false {
  return !readFileSync('/proc/filesystems', 'utf8').split(/\s/).includes(name) && `this kernel has no ${name}`
}

export function hasNoSockets(family: number): boolean {
  const fd = attempt(socket(family, C.SOCK_STREAM, 0))
  if (fd >= 0) attempt(close(fd))
  return fd < 0
}

/** struct perf_event_attr: PERF_TYPE_SOFTWARE, PERF_COUNT_SW_DUMMY, exclude_kernel and exclude_hv. perf_event_open(2) */
export function perfEvent(): Uint8Array {
  const attr = new Uint8Array(112)
  const view = new DataView(attr.buffer)
  view.setUint32(0, 1, true)
  view.setUint32(4, attr.length, true)
  view.setBigUint64(8, 9n, true)
  view.setBigUint64(40, (1n << 5n) | (1n << 6n), true)
  return attr
}
