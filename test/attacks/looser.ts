// Two cages, side by side: where one holds less than the other.

import { maskedPaths } from '../../src/security/masked-paths.ts'
import type { Cage } from '../../src/security/self-report.ts'

/** What of `ours` is looser than `theirs`, a line each. @param host the namespaces of the host */
export function looser(ours: Cage, theirs: Cage, host: Readonly<Record<string, string>>): string[] {
  const sets = Object.keys(ours.capabilities) as (keyof Cage['capabilities'])[]
  return [
    ...without(shared(ours, host), shared(theirs, host)).map((name) => `shares the namespace ${name}`),
    ...sets
      .filter((set) => ours.capabilities[set] & ~theirs.capabilities[set])
      .map((set) => `has more capabilities: ${set}`),
    ...(theirs.noNewPrivileges && !ours.noNewPrivileges ? ['lacks no_new_privs'] : []),
    ...(theirs.seccomp > ours.seccomp ? ['has no filter'] : []),
    ...without(theirs.refused, ours.refused).map((name) => `may call ${name}`),
    ...without(ours.uncovered, theirs.uncovered).map((path) => `can read ${path}`),
    ...without(ours.writable, theirs.writable).map((path) => `can write to ${path}`),
    ...without(ours.devices, theirs.devices).map((name) => `can open the device ${name}`),
    ...looserMounts(ours, theirs),
    ...Object.entries(ours.limits)
      .filter(([file, value]) => isLarger(value, theirs.limits[file]))
      .map(([file, value]) => `has ${value} in ${file}`),
    ...(theirs.label !== '' && ours.label === '' ? ['has no label'] : []),
    ...(theirs.uidMap !== ours.uidMap && /^0 0 /.test(ours.uidMap) ? ['is root outside'] : []),
  ]
}

const without = (some: readonly string[], others: readonly string[]) =>
  some.filter((one) => !others.includes(one))

const shared = ({ namespaces }: Cage, host: Readonly<Record<string, string>>) =>
  Object.keys(namespaces).filter((name) => namespaces[name] === host[name])

const restrictions = ['ro', 'nosuid', 'nodev', 'noexec']

function looserMounts(ours: Cage, theirs: Cage): string[] {
  const flagsOf = ({ mounts }: Cage) =>
    new Map(
      mounts.map((line) => {
        const [path = '', , options = ''] = line.split(' ')
        return [path, options.split(',')] as const
      }),
    )
  const [here, there] = [flagsOf(ours), flagsOf(theirs)]
  return [...here].flatMap(([path, flags]) => {
    // what covers these is a device that is empty; `uncovered` says whether it does
    if (maskedPaths.includes(path)) return []
    const wanted = there.get(path)
    if (!wanted) return flags.includes('ro') ? [] : [`has a mount more: ${path}`]
    const missing = restrictions.filter((flag) => wanted.includes(flag) && !flags.includes(flag))
    return missing.map((flag) => `lacks ${flag} at ${path}`)
  })
}

const isLarger = (ours: string, theirs: string | undefined) =>
  theirs !== undefined && (Number(ours) || Infinity) > (Number(theirs) || Infinity)
