// Options of a mount as words (`ro,nosuid,size=64k`), as fstab(5), mount(8) and the OCI runtime specification have
// them, taken apart into what mount(2) wants: flags, and the text that only the file system itself understands.

import * as C from '../syscall/constants.ts'

export interface MountOptions {
  /** MS_… of this one mount. */
  readonly flags: number
  /** MS_PRIVATE, MS_SLAVE, … perhaps with MS_REC: how it shares events with its copies; 0 if nothing is said. */
  readonly propagation: number
  /** `rro`: read-only with all that is mounted below. */
  readonly readOnlyBelow: boolean
  /** For the file system: `mode=755,size=65536k`. */
  readonly data: string
}

const set: Readonly<Record<string, number>> = {
  ro: C.MS_RDONLY,
  nosuid: C.MS_NOSUID,
  nodev: C.MS_NODEV,
  noexec: C.MS_NOEXEC,
  noatime: C.MS_NOATIME,
  nodiratime: C.MS_NODIRATIME,
  relatime: C.MS_RELATIME,
  strictatime: C.MS_STRICTATIME,
  nosymfollow: C.MS_NOSYMFOLLOW,
  sync: C.MS_SYNCHRONOUS,
  dirsync: C.MS_DIRSYNC,
  remount: C.MS_REMOUNT,
  bind: C.MS_BIND,
  rbind: C.MS_BIND | C.MS_REC,
}

const clear: Readonly<Record<string, number>> = {
  rw: C.MS_RDONLY,
  suid: C.MS_NOSUID,
  dev: C.MS_NODEV,
  exec: C.MS_NOEXEC,
  atime: C.MS_NOATIME,
  diratime: C.MS_NODIRATIME,
  norelatime: C.MS_RELATIME,
  nostrictatime: C.MS_STRICTATIME,
  symfollow: C.MS_NOSYMFOLLOW,
  async: C.MS_SYNCHRONOUS,
  defaults: C.MS_RDONLY | C.MS_NOSUID | C.MS_NODEV | C.MS_NOEXEC | C.MS_SYNCHRONOUS,
}

const share: Readonly<Record<string, number>> = {
  private: C.MS_PRIVATE,
  rprivate: C.MS_PRIVATE | C.MS_REC,
  slave: C.MS_SLAVE,
  rslave: C.MS_SLAVE | C.MS_REC,
  shared: C.MS_SHARED,
  rshared: C.MS_SHARED | C.MS_REC,
  unbindable: C.MS_UNBINDABLE,
  runbindable: C.MS_UNBINDABLE | C.MS_REC,
}

// these ask for something that a flag of mount(2) cannot give; to ignore them would be to promise falsely
const refused = ['idmap', 'ridmap', 'tmpcopyup', 'rnosuid', 'rnodev', 'rnoexec']

/**
 * Take options apart; a later word wins over an earlier one.
 * @throws Error for an option of the specification that is not supported
 */
export function parseOptions(options: readonly string[] = []): MountOptions {
  let flags = 0
  let propagation = 0
  let readOnlyBelow = false
  const data: string[] = []
  for (const option of options.flatMap((text) => text.split(',')).filter((text) => text !== '')) {
    if (refused.includes(option)) throw new Error(`The mount option "${option}" is not supported.`)
    if (option === 'rro') readOnlyBelow = true
    else if (Object.hasOwn(set, option)) flags |= set[option]!
    else if (Object.hasOwn(clear, option)) flags &= ~clear[option]!
    else if (Object.hasOwn(share, option)) propagation = share[option]!
    else data.push(option)
  }
  return { flags, propagation, readOnlyBelow, data: data.join(',') }
}
