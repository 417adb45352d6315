// What Mallory would like to do as root of a container, for the chapter on security. Each try is a harmless proof: what could be
// changed is opened, and nothing is written to it.

import * as fs from 'node:fs'
import { capabilityMasks, namesOf, numberOf } from '../src/security/capabilities.ts'

function canOpen(path: string): boolean {
  try {
    fs.closeSync(fs.openSync(path, 'r'))
    return true
  } catch {
    return false
  }
}

/** What Mallory would like to do, and a harmless proof that she could. */
export function tries(): (readonly [what: string, proof: string])[] {
  const disks = fs.readFileSync('/proc/partitions', 'utf8').match(/\b[a-z]\w*$/gm) ?? []
  const device = [...disks.map((name) => `/dev/${name}`), '/dev/loop-control', '/dev/fuse'].find(canOpen)
  // readable for user 0, without any capability
  const secret = ['/proc/timer_list', '/proc/keys'].find(canOpen) ?? '/proc/interrupts'
  return [
    ['mount a file system', 'mount -t tmpfs none /tmp'],
    ['give the machine a new name', 'hostname mallory'],
    [`look into ${secret}`, `head -c 64 ${secret} | grep -q .`],
    // to do these would be felt
    ['have the right to set the clock of the host', `may ${numberOf('CAP_SYS_TIME')}`],
    ['have the right to load a module into its kernel', `may ${numberOf('CAP_SYS_MODULE')}`],
    ['choose what the host runs when a program crashes', ': >> /proc/sys/kernel/core_pattern'],
    ...(device ? withNode(device) : []),
  ]
}

function withNode(device: string): [string, string][] {
  const stat = fs.statSync(device)
  // how Linux packs a device number: makedev(3)
  const [major, minor] = [(stat.rdev >> 8) & 0xfff, (stat.rdev & 0xff) | ((stat.rdev >> 12) & ~0xff)]
  const make = `mknod /dev/host ${stat.isBlockDevice() ? 'b' : 'c'} ${major} ${minor}`
  return [
    [`make a node for ${device} of the host`, make],
    [`open ${device} of the host`, ': < /dev/host'],
  ]
}

/** A script that tries them, says of each whether it was done, and at the end which rights it has. */
export const script = (wanted: readonly (readonly [what: string, proof: string])[]) => `
may() { rights=$(grep CapEff /proc/self/status | cut -f 2); test $((0x$rights >> $1 & 1)) = 1; }
try() { if (eval "$2") > /dev/null 2>&1; then echo "done     $1"; else echo "refused  $1"; fi; }
${wanted.map(([what, proof]) => `try '${what}' '${proof}'`).join('\n')}
grep Cap /proc/self/status`

/** What the script said, with the rights in its end as names. */
export function withRights(said: string): string {
  return `${said.replace(/^Cap.*\n?/gm, '')}capabilities: ${effective(said)}`
}

/** The capabilities that are in effect, out of a /proc/PID/status. */
export function effective(status: string): string {
  const rights = namesOf(capabilityMasks(status).effective)
  return rights.length > 14 ? `${rights.length} of them` : rights.join(' ').replaceAll('CAP_', '') || 'none'
}
