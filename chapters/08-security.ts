// npx tsx chapters/08-security.ts
//
// Root in a container is still root: namespaces hide the machine, they do not protect it. This chapter tries what
// root could do to its host, and takes away the rights for it, one kind after the other. Each try is a harmless
// proof: what could be changed is opened, and nothing is written to it.

import * as fs from 'node:fs'
import { defaultDevices } from '../src/cgroup/default-devices.ts'
import { hierarchy } from '../src/cgroup/hierarchy.ts'
import { cloneFlags } from '../src/namespaces/kinds.ts'
import { defaultMounts } from '../src/rootfs/default-mounts.ts'
import { deviceSteps } from '../src/rootfs/dev.ts'
import { mountSteps } from '../src/rootfs/mounts.ts'
import { pivotSteps, privateSteps } from '../src/rootfs/pivot-root.ts'
import { makeTiny } from '../src/rootfs/tiny.ts'
import * as security from '../src/security/capabilities.ts'
import { credentialSteps } from '../src/security/credentials.ts'
import { maskedPaths, maskedSteps, readonlyPaths, readonlySteps } from '../src/security/masked-paths.ts'
import { filterOf } from '../src/security/seccomp.ts'
import { defaultProfile } from '../src/security/seccomp-default.ts'
import { profileRules } from '../src/security/seccomp-profile.ts'
import { cageProgram, cageRows, cageScript, readCage } from '../src/security/self-report.ts'
import { call } from '../src/syscall/call.ts'
import * as C from '../src/syscall/constants.ts'
import { openat, write } from '../src/syscall/file.ts'
import { mount } from '../src/syscall/mount.ts'
import { arch } from '../src/syscall/numbers.ts'
import { capset, unshare } from '../src/syscall/process.ts'
import { allowing, type Step, type Syscall, stepsOf } from '../src/syscall/syscall.ts'
import { notation } from '../src/syscall/trace.ts'
import { ask, cleanUpFirst, shell } from './ask.ts'
import { type Narrator, tell } from './narrator.ts'
import { effective, script, tries, withRights } from './root-tries.ts'
import { stage } from './stage.ts'

/** What holds the process back. Without any of it, namespaces and a new root are all there is. */
interface Defence {
  readonly capabilities?: boolean
  readonly paths?: boolean
  readonly devices?: boolean
  readonly noNewPrivileges?: boolean
  readonly filter?: boolean
  readonly uid?: number
}

const flags = cloneFlags(['mount', 'uts', 'ipc', 'pid', 'network'])
const root = '/mnt'
const group = `gocker-chapter-8-${process.pid}`

/** A cgroup namespace begins where the process is, so it comes after the move; from inside it there is no way out. */
const cgroupSteps = () => stepsOf(3)('its cgroup is the top of all that it sees', unshare(C.CLONE_NEWCGROUP))

/** The lists of calls: of this chapter, in two parts, and of the whole container. */
function container({ capabilities, paths, devices, noNewPrivileges, filter, uid = 0 }: Defence) {
  const masks = maskedSteps(paths ? maskedPaths : [])
  const covers = [...readonlySteps(paths ? readonlyPaths : []), ...masks.after]
  const kept = capabilities ? security.defaultCapabilities : security.availableCapabilities()
  const sets = security.processCapabilities(kept, uid)
  const rights = credentialSteps({
    uid,
    gid: uid,
    capabilities: sets,
    noNewPrivileges,
    filter: filter
      ? filterOf(profileRules(defaultProfile, { capabilities: kept, processor: arch }))
      : undefined,
  })
  const all = [
    ...(devices ? hierarchy().joinSteps(group) : []),
    ...cgroupSteps(),
    ...privateSteps(),
    ...masks.before,
    ...pivotSteps(root),
    ...defaultMounts.filter(({ type }) => type !== 'cgroup').flatMap((wanted) => mountSteps(wanted)),
    ...deviceSteps(),
    ...covers,
    ...rights,
  ]
  return { covers, rights, calls: all.map((step) => step.call) }
}

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
  const { inside } = tell.quietly(() => ask(script(tries()), { flags, calls: container(defence).calls }))
  tell.inside(withRights(inside))
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

function execve(tell: Narrator) {
  const look = (calls: readonly Syscall[]) =>
    tell.inside(`capabilities: ${effective(ask('grep Cap /proc/self/status', { calls }).inside)}`)
  tell.say('What a process has is not what its program gets. This one is root, and lays all its rights down:')
  look([capset(0n, 0n, 0n)])
  const of = (uid: number, sets: security.ProcessCapabilities) =>
    credentialSteps({ uid, gid: uid, capabilities: sets }).map((step) => step.call)
  tell.say(
    'All are back: execve gives to root whatever is in the bounding set. So that has to be emptied as well:',
  )
  tell.quietly(() => look(of(0, {})))
  const one = ['CAP_NET_BIND_SERVICE']
  const kept = { bounding: one, permitted: one, effective: one, inheritable: one }
  tell.say(
    'User 1979 has the right to open ports below 1024, and starts a program. To others than root execve gives none:',
  )
  tell.quietly(() => look(of(1979, kept)))
  tell.say('But the ambient ones, which are there for this:')
  tell.quietly(() => look(of(1979, { ...kept, ambient: one })))
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

async function filter(tell: Narrator) {
  await build(tell)
  const rights = { capabilities: true, paths: true, noNewPrivileges: true }
  const namespaces = unshare(C.CLONE_NEWUSER | C.CLONE_NEWNS)
  const put = (path: string, text: string): Syscall[] => {
    const file = openat(C.AT_FDCWD, path, C.O_WRONLY | C.O_CLOEXEC)
    return [file, write(file, text)]
  }
  const asRoot = [
    ...put('/proc/self/setgroups', 'deny'),
    ...put('/proc/self/uid_map', '0 0 1'),
    ...put('/proc/self/gid_map', '0 0 1'),
  ]
  const mallory = (calls: readonly Syscall[]) =>
    tell.inside(withRights(tell.quietly(() => ask(script(tries().slice(0, 2)), { flags, calls }).inside)))
  tell.say('Mallory has 14 rights, and mounting is not among them. But anyone may make a user namespace:')
  const restricted = '/proc/sys/kernel/apparmor_restrict_unprivileged_userns'
  if (fs.existsSync(restricted) && fs.readFileSync(restricted, 'utf8').trim() === '1')
    tell.say('(Not here: AppArmor of this host gives no rights in such a namespace.)')
  else mallory([...container(rights).calls, namespaces, ...asRoot])
  tell.say('A filter is asked before each call, and can say no to one by its number and its arguments:')
  const filtered = container({ ...rights, filter: true })
  list(tell, filtered.rights.slice(-1))
  mallory([...filtered.calls, allowing('EPERM', namespaces)])
}

async function left(tell: Narrator) {
  await build(tell)
  const defence = { capabilities: true, paths: true, noNewPrivileges: true, filter: true }
  tell.say(
    'She is user 0, as the root of the host is. She leaves a program where the files of her container lie:',
  )
  const leave = 'mkdir /gift; cp /bin/head /gift/head; chmod 4755 /gift/head; ls -ln /gift/head'
  tell.inside(tell.quietly(() => ask(leave, { flags, calls: container(defence).calls }).inside))
  const anyone = credentialSteps({ uid: 65534, gid: 65534 }).map((step) => step.call)
  const read = `head ${root}/letter 2>&1; ${root}/gift/head ${root}/letter`
  tell.host(tell.quietly(() => ask(read, { calls: anyone }).inside))
}

async function cage(tell: Narrator) {
  await build(tell)
  fs.writeFileSync(`${root}/cage`, cageProgram(arch), { mode: 0o755 })
  const defence = { capabilities: true, paths: true, devices: true, filter: true }
  using made = new DisposableStack()
  cleanUpFirst()
  tell.quietly(() => hierarchy().create(group, { devices: defaultDevices }))
  made.defer(() => tell.quietly(() => hierarchy().remove(group)))
  tell.say('All of it at once. A small program tries what it may do, and /proc says the rest:')
  const { inside } = tell.quietly(() => ask(cageScript('/cage'), { flags, calls: container(defence).calls }))
  const kinds = fs.readdirSync('/proc/self/ns').filter((name) => !name.includes('_for_'))
  const host = Object.fromEntries(kinds.map((name) => [name, fs.readlinkSync(`/proc/self/ns/${name}`)]))
  const rows = cageRows(readCage(`${inside}\n`, arch), host)
  tell.inside(rows.map(([name, value]) => `${name.padEnd(22)} ${value}`).join('\n'))
}

await tell({
  number: 8,
  title: 'Security: what root may not do',
  file: '08-security.ts',
  experiments: [
    { name: 'nothing', shows: 'the attack: root in a container is root', run: nothing },
    { name: 'capabilities', shows: "only Docker's 14 rights", run: capabilities },
    { name: 'execve', shows: 'what becomes of them when a program starts', run: execve },
    { name: 'paths', shows: 'covered and read-only files of /proc', run: paths },
    { name: 'devices', shows: 'the devices that the cgroup lets be opened', run: devices },
    { name: 'setuid', shows: 'programs that make root of everyone, and no_new_privs', run: setuid },
    { name: 'filter', shows: 'a filter that is asked before each call: seccomp', run: filter },
    { name: 'cage', shows: 'the whole cage, as it looks from inside', run: cage },
    { name: 'left', shows: 'what is still open', run: left },
  ],
  shell: async (tell) => {
    await build(tell)
    const { calls } = container({ capabilities: true, paths: true, noNewPrivileges: true })
    tell.say('A shell for a root with few rights. Try: mount -t tmpfs none /tmp; grep Cap /proc/self/status')
    await shell(flags, calls)
  },
})
