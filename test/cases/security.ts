// What a container's process may do, one case per name on the command line; each prints what it found as one line of
// JSON. The root file system is made in memory, in a mount namespace of this process: it goes with it.

import { chmodSync, copyFileSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import { ask } from '../../chapters/ask.ts'
import { cloneFlags } from '../../src/namespaces/kinds.ts'
import { defaultMounts } from '../../src/rootfs/default-mounts.ts'
import { deviceSteps } from '../../src/rootfs/dev.ts'
import { mountSteps } from '../../src/rootfs/mounts.ts'
import { pivotSteps, privateSteps } from '../../src/rootfs/pivot-root.ts'
import { makeTiny } from '../../src/rootfs/tiny.ts'
import {
  availableCapabilities,
  type Capability,
  capabilityMasks,
  defaultCapabilities,
  namesOf,
  processCapabilities,
} from '../../src/security/capabilities.ts'
import { type Credentials, credentialSteps, keyringSteps } from '../../src/security/credentials.ts'
import { maskedPaths, maskedSteps, readonlyPaths, readonlySteps } from '../../src/security/masked-paths.ts'
import { call } from '../../src/syscall/call.ts'
import { clone } from '../../src/syscall/clone.ts'
import * as C from '../../src/syscall/constants.ts'
import { mount } from '../../src/syscall/mount.ts'
import { execve, unshare } from '../../src/syscall/process.ts'
import type { Step } from '../../src/syscall/syscall.ts'

const root = '/mnt'
const callsOf = (steps: readonly Step[]) => steps.map((step) => step.call)

function build(): void {
  call(unshare(C.CLONE_NEWNS))
  for (const x of callsOf(privateSteps())) call(x)
  call(mount('tiny', root, 'tmpfs'))
  makeTiny(root)
  writeFileSync(`${root}/letter`, 'Dear Bob\n', { mode: 0o600 })
  mkdirSync(`${root}/as-root`)
  copyFileSync(realpathSync(`${root}/bin/head`), `${root}/as-root/head`)
  chmodSync(`${root}/as-root/head`, 0o4755)
}

interface Setting {
  readonly credentials?: Partial<Credentials>
  readonly capabilities?: readonly Capability[]
  readonly masked?: boolean
  /** Without a /dev of its own, the container has the one of its image. */
  readonly dev?: boolean
}

function run(
  script: string,
  { credentials = {}, capabilities = defaultCapabilities, masked = true, dev = true }: Setting,
) {
  const uid = credentials.uid ?? 0
  const masks = maskedSteps(masked ? maskedPaths : [])
  const wanted = defaultMounts.filter(
    ({ type, destination }) => type !== 'cgroup' && (dev || !destination.startsWith('/dev')),
  )
  const steps = [
    ...privateSteps(),
    ...masks.before,
    ...pivotSteps(root),
    ...wanted.flatMap((one) => mountSteps(one)),
    ...(dev ? deviceSteps() : []),
    ...readonlySteps(masked ? readonlyPaths : []),
    ...masks.after,
    ...keyringSteps('_ses.alice'),
    ...credentialSteps({
      uid,
      gid: uid,
      capabilities: processCapabilities(capabilities, uid),
      ...credentials,
    }),
  ]
  const flags = cloneFlags(['mount', 'uts', 'ipc', 'pid', 'network'])
  return ask(script, { flags, calls: callsOf(steps) }).inside
}

function status(setting: Setting) {
  const text = run('cat /proc/self/status', setting)
  const field = (key: string) => new RegExp(`^${key}:[ \\t]*(.*?)[ \\t]*$`, 'm').exec(text)?.[1]
  const masks = capabilityMasks(text)
  return {
    ...Object.fromEntries(Object.entries(masks).map(([set, mask]) => [set, namesOf(mask)])),
    uid: field('Uid'),
    gid: field('Gid'),
    groups: field('Groups'),
    noNewPrivileges: field('NoNewPrivs'),
  }
}

const tries = {
  mount: 'mount -t tmpfs none /tmp',
  hostname: 'hostname mallory',
  readTimers: 'head -c 64 /proc/timer_list | grep -q .',
  readKeys: 'grep -q . /proc/keys',
  readInterrupts: 'grep -q . /proc/interrupts',
  listFirmware: 'ls /sys/firmware | grep -q .',
  corePattern: ': >> /proc/sys/kernel/core_pattern',
  irq: ': >> /proc/irq/default_smp_affinity',
  unmask: 'umount /proc/timer_list',
  chown: 'touch /tmp/mine && chown 1979 /tmp/mine',
}

function trying(setting: Setting) {
  const lines = Object.entries(tries).map(
    ([name, proof]) => `if (${proof}) >/dev/null 2>&1; then echo ${name}; fi`,
  )
  return run(lines.join('\n'), setting).split('\n')
}

const cases: Readonly<Record<string, () => unknown>> = {
  root: () => status({ credentials: { additionalGids: [0, 10], noNewPrivileges: true } }),
  user: () => status({ credentials: { uid: 1979, gid: 100, additionalGids: [100, 29] } }),
  all: () => ({ ...status({ capabilities: availableCapabilities() }), available: availableCapabilities() }),
  ambient: () => {
    const one = ['CAP_NET_BIND_SERVICE']
    const capabilities = { bounding: one, permitted: one, effective: one, inheritable: one, ambient: one }
    return status({ credentials: { uid: 1979, gid: 1979, capabilities } })
  },
  triesOfAll: () => trying({ capabilities: availableCapabilities(), masked: false }),
  triesOfRoot: () => trying({}),

  /** The image's /dev/null is a link to a letter, in the hope that it will cover /proc/keys. */
  hostileNull() {
    mkdirSync(`${root}/dev`, { recursive: true })
    symlinkSync('/letter', `${root}/dev/null`)
    return run('stat -c "%F %t:%T" /proc/keys; head /proc/keys', { dev: false })
  },

  /** What kind is each masked path of this kernel, and is it empty? */
  masks() {
    const look = `for p in ${maskedPaths.join(' ')}; do [ -e $p ] && echo "$p $(stat -c %F $p) $(ls $p | wc -l) $(head -c 1 $p 2>/dev/null | wc -c)"; done; true`
    return run(look, {}).replaceAll('character special file', 'device').split('\n')
  },

  readonlyFlags: () =>
    run('grep -E " /proc/(sys|irq|bus|fs) " /proc/self/mountinfo | cut -d " " -f 5,6', {}).split('\n'),

  setuid: () => {
    const read = '/as-root/head /letter 2>/dev/null; true'
    const alice = { uid: 1979, gid: 1979 }
    return {
      without: run(read, { credentials: alice }),
      with: run(read, { credentials: { ...alice, noNewPrivileges: true } }),
    }
  },

  keyring: () => run('grep -o "_ses.alice" /proc/keys', { masked: false }).split('\n'),

  /** The engine is killed; its child had changed the user, which makes the kernel forget a death signal set before. */
  orphan() {
    const calls = credentialSteps({
      uid: 1979,
      gid: 1979,
      capabilities: processCapabilities(defaultCapabilities, 1979),
      deathSignal: C.SIGKILL,
    })
    const pid = clone(0, [...callsOf(calls), execve('/bin/sleep', ['sleep', '60'], [])])
    process.stdout.write(`${pid}\n`)
    process.kill(process.pid, 'SIGKILL')
  },
}

const name = process.argv[2] ?? ''
const found = cases[name]
if (!found) throw new Error(`no case ${name}`)
if (name !== 'orphan') build()
process.stdout.write(`${JSON.stringify(found())}\n`)
