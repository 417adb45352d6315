// npx tsx chapters/08-security.ts
//
// Root in a container is still root: namespaces hide the machine, they do not protect it. This chapter tries what
// root could do to its host, and takes away the rights for it, one kind after the other. Each try is a harmless
// proof: what could be changed is opened, and nothing is written to it.

import * as fs from 'node:fs'
import { defaultDevices } from '../src/cgroup/default-devices.ts'
import { hierarchy } from '../src/cgroup/hierarchy.ts'
import { cloneFlags } from '../src/namespaces/kinds.ts'
import { deviceSteps } from '../src/rootfs/dev.ts'
import { defaultMounts, mountSteps } from '../src/rootfs/mounts.ts'
import { pivotSteps, privateSteps } from '../src/rootfs/pivot-root.ts'
import { makeTiny } from '../src/rootfs/tiny.ts'
import * as security from '../src/security/capabilities.ts'
import { credentialSteps } from '../src/security/credentials.ts'
import { maskedPaths, maskedSteps, readonlyPaths, readonlySteps } from '../src/security/masked-paths.ts'
import { call } from '../src/syscall/call.ts'
import { CLONE_NEWCGROUP } from '../src/syscall/constants.ts'
import { mount } from '../src/syscall/mount.ts'
import { unshare } from '../src/syscall/process.ts'
import { type Step, stepsOf } from '../src/syscall/syscall.ts'
import { notation } from '../src/syscall/trace.ts'
import { ask, cleanUpFirst, shell } from './ask.ts'
import { type Narrator, tell } from './narrator.ts'
import { stage } from './stage.ts'

/** What holds the process back. Without any of it, namespaces and a new root are all there is. */
interface Defence {
  readonly capabilities?: boolean
  readonly paths?: boolean
  readonly devices?: boolean
  readonly noNewPrivileges?: boolean
  readonly uid?: number
}

const flags = cloneFlags(['mount', 'uts', 'ipc', 'pid', 'network'])
const root = '/mnt'
const group = `gocker-chapter-8-${process.pid}`

/** A cgroup namespace begins where the process is, so it comes after the move; from inside it there is no way out. */
const cgroupSteps = () => stepsOf(3)('its cgroup is the top of all that it sees', unshare(CLONE_NEWCGROUP))

/** The lists of calls: of this chapter, in two parts, and of the whole container. */
function container({ capabilities, paths, devices, noNewPrivileges, uid = 0 }: Defence) {
  const masks = maskedSteps(paths ? maskedPaths : [])
  const covers = [...readonlySteps(paths ? readonlyPaths : []), ...masks.after]
  const kept = capabilities ? security.defaultCapabilities : security.availableCapabilities()
  const sets = security.processCapabilities(kept, uid)
  const rights = credentialSteps({ uid, gid: uid, capabilities: sets, noNewPrivileges })
  const all = [
    ...(devices ? hierarchy().joinSteps(group) : []),
    ...cgroupSteps(),
    ...privateSteps(),
    ...masks.before,
    ...pivotSteps(root),
    ...defaultMounts.filter(({ type }) => type !== 'cgroup').flatMap((wanted) => mountSteps(wanted)),
    ...deviceSteps({ terminal: false }),
    ...covers,
    ...rights,
  ]
  return { covers, rights, calls: all.map((step) => step.call) }
}

function canOpen(path: string): boolean {
  try {
    fs.closeSync(fs.openSync(path, 'r'))
    return true
  } catch {
    return false
  }
}

/** What Mallory would like to do, and a harmless proof that she could. */
function tries(): (readonly [what: string, proof: string])[] {
  const disks = fs.readFileSync('/proc/partitions', 'utf8').match(/\b[a-z]\w*$/gm) ?? []
  const device = [...disks.map((name) => `/dev/${name}`), '/dev/loop-control', '/dev/fuse'].find(canOpen)
  const secret = ['/proc/kcore', '/proc/timer_list'].find(canOpen) ?? '/proc/interrupts'
  return [
    ['mount a file system', 'mount -t tmpfs none /tmp'],
    ['give the machine a new name', 'hostname mallory'],
    [`look into ${secret}`, `head -c 64 ${secret} | grep -q .`],
    // to do these would be felt
    ['have the right to set the clock of the host', `may ${security.numberOf('CAP_SYS_TIME')}`],
    ['have the right to load a module into its kernel', `may ${security.numberOf('CAP_SYS_MODULE')}`],
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

const script = () => `
may() { rights=$(grep CapEff /proc/self/status | cut -f 2); test $((0x$rights >> $1 & 1)) = 1; }
try() { if (eval "$2") > /dev/null 2>&1; then echo "done     $1"; else echo "refused  $1"; fi; }
${tries()
  .map(([what, proof]) => `try '${what}' '${proof}'`)
  .join('\n')}
grep Cap /proc/self/status`

let built = false

/** The stage, and on it a root file system in memory, which goes with it. */
async function build(tell: Narrator): Promise<void> {
  await stage(tell)
  if (built) return
  built = true
  call(mount('alice', root, 'tmpfs'))
  makeTiny(root)
  fs.writeFileSync(`${root}/letter`, 'Dear Bob\n', { mode: 0o600 })
  // the name stays, for in some systems one program has many, and does what it is called
  fs.mkdirSync(`${root}/as-root`)
  fs.copyFileSync(fs.realpathSync(`${root}/bin/head`), `${root}/as-root/head`)
  fs.chmodSync(`${root}/as-root/head`, 0o4755)
}

/** Mallory tries everything in a container with this defence. */
function attack(tell: Narrator, defence: Defence): void {
  using made = new DisposableStack()
  if (defence.devices) {
    cleanUpFirst()
    tell.quietly(() => hierarchy().create(group, { devices: defaultDevices }))
    made.defer(() => tell.quietly(() => hierarchy().remove(group)))
  }
  const { inside } = tell.quietly(() => ask(script(), { flags, calls: container(defence).calls }))
  const rights = security.namesOf(security.capabilityMasks(inside).effective)
  const shown = rights.length > 14 ? `${rights.length} of them` : rights.join(' ').replaceAll('CAP_', '')
  tell.inside(`${inside.replace(/^Cap.*\n?/gm, '')}capabilities: ${shown}`)
}

/** Each thought with its first call, and how many calls it takes. */
function list(tell: Narrator, steps: readonly Step[]): void {
  const firsts = steps.flatMap(({ why }, i) => (why === '' ? [] : [i]))
  const lines = firsts.map((first, n) => {
    const more = (firsts[n + 1] ?? steps.length) - first - 1
    const { why, call: x } = steps[first]!
    return `  ${why}:\n    ${notation(x)}${more > 0 ? ` and ${more} more` : ''}`
  })
  tell.say(lines.join('\n'))
}

async function nothing(tell: Narrator) {
  await build(tell)
  tell.say(
    'Mallory is root in a container: all namespaces, a root file system of her own, and nothing that holds her.',
  )
  attack(tell, {})
  const pattern = fs.readFileSync('/proc/sys/kernel/core_pattern', 'utf8').trim()
  tell.host(
    `core_pattern is "${pattern}": there is one for the whole machine, and she had it open for writing`,
  )
}

async function capabilities(tell: Narrator) {
  await build(tell)
  tell.say(
    "What root may do is cut into 41 capabilities. A container keeps Docker's 14, the others are gone for good:",
  )
  list(tell, container({ capabilities: true }).rights)
  attack(tell, { capabilities: true })
}

async function paths(tell: Narrator) {
  await build(tell)
  tell.say(
    'Some files of /proc ask for no capability: being user 0 is enough. They are covered, or made read-only:',
  )
  list(tell, container({ paths: true }).covers)
  attack(tell, { capabilities: true, paths: true })
}

async function devices(tell: Narrator) {
  await build(tell)
  tell.say(
    'CAP_MKNOD stays, for images have devices in them. Which may be opened, the cgroup of the container says (chapter 4):',
  )
  attack(tell, { capabilities: true, paths: true, devices: true })
}

async function setuid(tell: Narrator) {
  await build(tell)
  const read = 'id; head /letter 2>&1; /as-root/head /letter 2>&1; grep -E "Cap(Eff|Bnd)" /proc/self/status'
  const alice = { capabilities: true, paths: true, uid: 1979 }
  tell.say(
    'Only root may read a letter. Alice is user 1979, and finds a program that is root whoever starts it:',
  )
  tell.inside(tell.quietly(() => ask(read, { flags, calls: container(alice).calls }).inside))
  tell.say('With no_new_privs, a program has no more rights than the one who starts it:')
  const careful = container({ ...alice, noNewPrivileges: true })
  list(tell, careful.rights.slice(-1))
  tell.inside(tell.quietly(() => ask(read, { flags, calls: careful.calls }).inside))
}

await tell({
  number: 8,
  title: 'Security: what root may not do',
  file: '08-security.ts',
  experiments: [
    { name: 'nothing', shows: 'the attack: root in a container is root', run: nothing },
    { name: 'capabilities', shows: "only Docker's 14 rights", run: capabilities },
    { name: 'paths', shows: 'covered and read-only files of /proc', run: paths },
    { name: 'devices', shows: 'the devices that the cgroup lets be opened', run: devices },
    { name: 'setuid', shows: 'programs that make root of everyone, and no_new_privs', run: setuid },
  ],
  shell: async (tell) => {
    await build(tell)
    const { calls } = container({ capabilities: true, paths: true, noNewPrivileges: true })
    tell.say('A shell for a root with few rights. Try: mount -t tmpfs none /tmp; grep Cap /proc/self/status')
    await shell(flags, calls)
  },
})
