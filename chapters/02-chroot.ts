// npx tsx chapters/02-chroot.ts
//
// A root file system is a directory with programs in it. chroot shows it to a process as /, but does not lock it in:
// four calls lead out again. pivot_root in a mount namespace does. Everything is built in a temporary directory,
// which is removed at the end; the mounts are gone with the processes that made them.

import { copyFileSync, mkdirSync, readFileSync, realpathSync } from 'node:fs'
import { basename, join } from 'node:path'
import { escapeCalls } from '../src/rootfs/chroot.ts'
import { defaultMounts } from '../src/rootfs/default-mounts.ts'
import { deviceSteps } from '../src/rootfs/dev.ts'
import { needsOf } from '../src/rootfs/libraries.ts'
import { mountSteps } from '../src/rootfs/mounts.ts'
import { mountPointSteps, pivotSteps, privateSteps } from '../src/rootfs/pivot-root.ts'
import { makeTiny, tinyConfig, tinyFiles } from '../src/rootfs/tiny.ts'
import { clone } from '../src/syscall/clone.ts'
import * as C from '../src/syscall/constants.ts'
import { SyscallError } from '../src/syscall/error.ts'
import { chdir, chroot, mount } from '../src/syscall/mount.ts'
import { execve } from '../src/syscall/process.ts'
import type { Syscall } from '../src/syscall/syscall.ts'
import { exitCode, wait, waitNow } from '../src/syscall/wait.ts'
import { ask, outputOf } from './ask.ts'
import { type Narrator, tell } from './narrator.ts'
import { temporaryDirectory } from './temporary.ts'

const shell = (...words: string[]) =>
  execve('/bin/sh', ['sh', ...words], [...tinyConfig.Env, 'HOME=/root', 'TERM=xterm', 'PS1=tiny # '])
const whichSystem = () => shell('-c', 'grep PRETTY_NAME /etc/os-release')

/** The root changes, the mounts do not: what a process can reach by `/` begins at `dir`. */
const intoChroot = (dir: string): Syscall[] => [chroot(dir), chdir('/')]

/** In a mount namespace: `dir` takes the place of the root, and the old root is taken away. */
const intoNewRoot = (dir: string): Syscall[] =>
  [...privateSteps(), ...mountPointSteps(dir), ...pivotSteps(dir)].map((step) => step.call)

/** /proc, /sys and /dev as every container has them; the cgroup is for chapter 4. */
const furnish = (): Syscall[] =>
  [
    ...defaultMounts.filter(({ type }) => type !== 'cgroup').flatMap((wanted) => mountSteps(wanted)),
    ...deviceSteps(),
  ].map((step) => step.call)

function tinyRoot() {
  const directory = temporaryDirectory()
  makeTiny(directory.path)
  return directory
}

function alone({ say, host, inside }: Narrator): void {
  using root = temporaryDirectory()
  say('What does a program need? A directory with a shell in it, and nothing else:')
  mkdirSync(join(root.path, 'bin'))
  copyFileSync(realpathSync('/bin/sh'), join(root.path, 'bin/sh'))
  try {
    inside(outputOf(0, [...intoChroot(root.path), shell('-c', 'echo it runs')]))
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error
    inside(error.message)
  }
  say(
    'The file is there, so it must be another one that is missing. The program itself says which it asks for:',
  )
  const { interpreters, libraries } = needsOf(['/bin/sh'])
  host([...interpreters, ...libraries.map(({ path }) => path)].join('\n') || 'nothing: it is static')
}

function build({ say, host, inside }: Narrator): void {
  using root = tinyRoot()
  const files = tinyFiles()
  const copies = files.filter(({ kind }) => kind === 'copy').length
  say('A root file system, made of the programs of this machine and of the libraries that they ask for:')
  host(`${root.path}: ${files.length} entries, ${copies} of them copies of our own files`)
  say('A process that takes it for its root sees nothing else:')
  host(outputOf(0, [shell('-c', 'cd /; echo *; grep PRETTY_NAME /etc/os-release')]))
  inside(
    outputOf(0, [...intoChroot(root.path), shell('-c', 'cd /; echo *; grep PRETTY_NAME /etc/os-release')]),
  )
}

function leaks({ say, host, inside }: Narrator): void {
  using root = tinyRoot()
  say('Files are not everything. Alice runs a program on the host:')
  const alice = clone(0, [execve('/bin/sleep', ['sleep', '60'], [])])
  host(`Alice’s sleep is process ${alice}`)
  say(
    'A process in the chroot sees the host’s name, its network and its processes. (It gets a /proc to look at.)',
  )
  const look = `hostname; grep -c . /proc/net/dev; ls -d /proc/[0-9]* | wc -l; grep -c . /proc/1/mounts; kill ${alice}`
  const proc = mount('proc', join(root.path, 'proc'), 'proc')
  const calls = [
    ...privateSteps().map((step) => step.call),
    proc,
    ...intoChroot(root.path),
    shell('-c', look),
  ]
  const [name, devices, processes, mounts] = outputOf(C.CLONE_NEWNS, calls).split('\n')
  inside(
    [
      `hostname         ${name}`,
      `network devices  ${Number(devices) - 2}`,
      `processes        ${processes}`,
      `mounts           ${mounts} (of process 1)`,
      `kill ${alice}       done`,
    ].join('\n'),
  )
  host(`Alice’s sleep: ${JSON.stringify(waitNow(alice))}. Chapter 3 hides all this.`)
}

function breakOut({ say, host, inside }: Narrator): void {
  using root = tinyRoot()
  say('Before: a process in the chroot asks which system this is.')
  inside(outputOf(0, [...intoChroot(root.path), whichSystem()]))
  say('Now it makes a directory, moves its root there while it stays outside itself, and walks up.')
  const found = outputOf(0, [...intoChroot(root.path), ...escapeCalls(), whichSystem()])
  inside(found)
  host(`${outputOf(0, [whichSystem()]).trim()}: the same. The process is out.`)
}

function tree({ say, host, quietly }: Narrator): void {
  using root = tinyRoot()
  const enter = intoNewRoot(root.path)
  const stages = { 'a new namespace': 1, 'the bind mount': 2, pivot_root: 4, umount2: 6 }
  say('The calls that lead into the new root, stopped at four points to look at the mounts of the process:')
  for (const [after, count] of Object.entries(stages)) {
    const question = {
      flags: C.CLONE_NEWNS,
      calls: enter.slice(0, count),
      meanwhile: (pid: number) => roots(pid, root.path),
    }
    host(`after ${after}: ${quietly(() => ask('read -r nothing', question)).outside}`)
  }
}

/** How many mounts a process has, and where the old and the new root hang. proc_pid_mountinfo(5) */
function roots(pid: number, newRoot: string): string {
  const mounts = readFileSync(`/proc/${pid}/mountinfo`, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => line.split(' '))
    .map(([id, parent, , shows, at]) => ({ id, parent, at, isNew: basename(shows!) === basename(newRoot) }))
  const fresh = mounts.find(({ isNew }) => isNew)
  const old = mounts.find(({ at, isNew }) => at === '/' && !isNew)
  const names = new Map([
    [old?.id, 'the old root'],
    [fresh?.id, 'the new root'],
  ])
  const lines = [old, fresh].flatMap((one) =>
    one ? [`  ${names.get(one.id)} at ${one.at}, on ${names.get(one.parent) ?? `mount ${one.parent}`}`] : [],
  )
  return [`${mounts.length} ${mounts.length === 1 ? 'mount' : 'mounts'}`, ...lines].join('\n')
}

function pivot({ say, host, inside }: Narrator): void {
  using root = tinyRoot()
  say(
    'The same directory, but it takes the place of the root in a mount namespace, and the old root is taken away.',
  )
  say('Then the same way out:')
  inside(outputOf(C.CLONE_NEWNS, [...intoNewRoot(root.path), ...escapeCalls(), whichSystem()]))
  host(`${outputOf(0, [whichSystem()]).trim()}: not reached. Above the new root there is nothing to walk to.`)
}

function devices({ say, host, inside }: Narrator): void {
  using root = tinyRoot()
  say(
    'Programs expect /proc, /sys and /dev. All is mounted after pivot_root, when a path cannot mean the host:',
  )
  const look =
    'cd /dev; echo *; cut -d " " -f 2,3 /proc/mounts; echo gone > /dev/null; head -c 4 /dev/zero | od -An -tx1'
  inside(outputOf(C.CLONE_NEWNS, [...intoNewRoot(root.path), ...furnish(), shell('-c', look)]))
  const lost = outputOf(0, [shell('-c', `grep -c ${root.path} /proc/mounts`)]).trim()
  host(`mounts below ${root.path}: ${lost}`)
}

async function openShell({ say, quietly }: Narrator): Promise<void> {
  using root = tinyRoot()
  say('A shell in the new root. Its processes are still those of the host: try ps. Leave with exit.\n')
  const pid = quietly(() => clone(C.CLONE_NEWNS, [...intoNewRoot(root.path), ...furnish(), shell()]))
  process.exitCode = exitCode(await wait(pid))
}

await tell({
  number: 2,
  title: 'a root of its own: chroot, the way out of it, and pivot_root',
  file: '02-chroot.ts',
  experiments: [
    { name: 'alone', shows: 'what a program needs besides itself', run: alone },
    { name: 'build', shows: 'a root file system made of this machine’s own programs', run: build },
    { name: 'leaks', shows: 'what a chroot does not hide', run: leaks },
    { name: 'escape', shows: 'the attack: four calls lead out of a chroot', run: breakOut },
    { name: 'tree', shows: 'the tree of mounts before and after pivot_root', run: tree },
    { name: 'pivot', shows: 'the fix: pivot_root leaves no way out', run: pivot },
    { name: 'devices', shows: '/proc, /sys and /dev in the new root', run: devices },
  ],
  shell: openShell,
})
