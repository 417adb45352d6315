// What becomes of a root file system on the real kernel, one case per name on the command line. Each case works in the
// directory given as the second word, and prints what it found as JSON.

import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { outputOf } from '../../chapters/ask.ts'
import { escapeCalls } from '../../src/rootfs/chroot.ts'
import { defaultMounts } from '../../src/rootfs/default-mounts.ts'
import { deviceSteps } from '../../src/rootfs/dev.ts'
import { readElf } from '../../src/rootfs/elf.ts'
import { bindSource, type Mount, mountSteps } from '../../src/rootfs/mounts.ts'
import { mountPointSteps, pivotSteps, privateSteps, readOnlyRootSteps } from '../../src/rootfs/pivot-root.ts'
import { makeTiny, tinyFiles } from '../../src/rootfs/tiny.ts'
import { call } from '../../src/syscall/call.ts'
import * as C from '../../src/syscall/constants.ts'
import { SyscallError } from '../../src/syscall/error.ts'
import { openat } from '../../src/syscall/file.ts'
import { chdir, chroot, mount, umount2 } from '../../src/syscall/mount.ts'
import { execve, unshare } from '../../src/syscall/process.ts'
import type { Step, Syscall } from '../../src/syscall/syscall.ts'

const directory = process.argv[3]!
const root = join(directory, 'root')
const host = join(directory, 'host')

const shell = (script: string) =>
  execve('/bin/sh', ['sh', '-c', script], ['PATH=/usr/sbin:/usr/bin:/sbin:/bin'])
const callsOf = (steps: readonly Step[]) => steps.map((step) => step.call)
const pivoted = () => callsOf([...privateSteps(), ...mountPointSteps(root), ...pivotSteps(root)])
const namespaces = C.CLONE_NEWNS | C.CLONE_NEWPID | C.CLONE_NEWIPC
const standard = defaultMounts.filter(({ type }) => type !== 'cgroup')
const furnished = (mounts: readonly Mount[] = standard) =>
  callsOf([...mounts.flatMap((one) => mountSteps(one)), ...deviceSteps()])

/** In the root, with these calls before: what does the script print? Or which call failed? */
function inside(calls: readonly Syscall[], script: string): string | { name: string; code: string } {
  try {
    return outputOf(namespaces, [...calls, shell(script)]).trim()
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error
    return { name: error.call.name, code: error.code }
  }
}

/** A volume: its source is opened while paths mean the host, and put in place when they do not. */
function withVolume(
  volume: Mount,
  { file = false, before = [] as Syscall[], opened = false } = {},
): Syscall[] {
  const tree = bindSource(volume)
  const steps = mountSteps(volume, { tree: opened ? call(tree) : tree, file })
  return [...(opened ? [] : [tree]), ...pivoted(), ...before, ...callsOf(steps)]
}

const cases: Readonly<Record<string, () => unknown>> = {
  programs() {
    const dynamic = tinyFiles().filter((file) => file.kind === 'copy' && readElf(file.source)?.interpreter)
    // the loader itself says what is missing; nothing is started but the last line
    const script =
      `for p in ${dynamic.map(({ path }) => `/${path}`).join(' ')}; do ` +
      `${readElf('/bin/sh')?.interpreter} --list $p | grep "not found"; done; ` +
      'for p in /bin/*; do [ -e "$p" ] || echo "$p leads nowhere"; done; ' +
      'ls / > /dev/null && id -un && echo alice | sed s/a/A/ | head -n 1'
    return inside([...pivoted(), ...furnished()], script)
  },

  escape() {
    const system = 'grep ^ID= /etc/os-release'
    return {
      host: inside([], system),
      chroot: inside([chroot(root), chdir('/')], system),
      escaped: inside([chroot(root), chdir('/'), ...escapeCalls()], system),
      pivoted: inside([...pivoted(), ...escapeCalls()], system),
    }
  },

  devices() {
    const script =
      'cd /dev; stat -c "%n %t:%T %a" null zero full random urandom tty; readlink fd stdin stdout stderr ptmx core; ' +
      'umask; echo gone > null; head -c 2 zero | od -An -tx1; head -c 1 zero 2>&1 > full | grep -c "No space"; stat -f -c %T shm mqueue pts'
    return inside([...pivoted(), ...furnished()], script)
  },

  mounts: () => inside([...pivoted(), ...furnished()], 'cut -d " " -f 2-4 /proc/self/mounts'),

  readOnly() {
    const script = 'touch /etc/new 2>&1 | grep -c Read-only; touch /dev/shm/new && echo shm is writable'
    return inside([...pivoted(), ...furnished(), ...callsOf(readOnlyRootSteps())], script)
  },

  devLink() {
    // CVE-2026-41579: in the image, /dev is a link to a directory of the host
    replace('dev', host)
    mkdirSync(join(root, host), { recursive: true })
    return { result: inside([...pivoted(), ...furnished()], 'ls /dev'), host: readdirSync(host) }
  },

  devLinkNowhere() {
    replace('dev', host)
    return { result: inside([...pivoted(), ...furnished()], 'ls /dev'), host: readdirSync(host) }
  },

  procLink() {
    replace('proc', '/tmp')
    return inside([...pivoted(), ...furnished()], 'echo started')
  },

  sysLink() {
    replace('sys', '/etc')
    return inside([...pivoted(), ...furnished()], 'echo started')
  },

  procDescriptor() {
    // the process that makes the mounts has a directory of the host open: CVE-2024-21626, from another side
    const fd = call(openat(C.AT_FDCWD, host, C.O_RDONLY | C.O_DIRECTORY))
    symlinkSync(`/proc/self/fd/${fd}`, join(root, 'data'))
    mkdirSync(join(directory, 'volume'))
    const volume = {
      destination: '/data/made/here',
      type: 'bind',
      source: join(directory, 'volume'),
      options: ['rbind'],
    }
    const before = callsOf(mountSteps(standard[0]!))
    return { result: inside(withVolume(volume, { before }), 'echo started'), host: readdirSync(host) }
  },

  volume() {
    writeFileSync(join(host, 'letter'), 'from alice\n')
    const options = (...words: string[]) => ({
      destination: '/srv/mail',
      type: 'bind',
      source: host,
      options: words,
    })
    return {
      read: inside(withVolume(options('rbind')), 'cat /srv/mail/letter; echo from bob > /srv/mail/answer'),
      answer: readFileSync(join(host, 'answer'), 'utf8'),
      readOnly: inside(
        withVolume(options('rbind', 'ro')),
        'echo more 2>&1 > /srv/mail/answer; cat /srv/mail/answer',
      ),
    }
  },

  volumeThroughLink() {
    writeFileSync(join(host, 'letter'), 'from alice\n')
    mkdirSync(join(root, 'var/real'))
    symlinkSync('real', join(root, 'var/mail'))
    const volume = { destination: '/var/mail', type: 'bind', source: host, options: ['rbind'] }
    return inside(withVolume(volume), 'cat /var/real/letter')
  },

  file() {
    writeFileSync(join(host, 'resolv.conf'), 'nameserver 192.0.2.1\n')
    const conf = {
      destination: '/etc/resolv.conf',
      type: 'bind',
      source: join(host, 'resolv.conf'),
      options: ['bind'],
    }
    const missing = inside(withVolume(conf, { file: true }), 'cat /etc/resolv.conf')
    replace('etc/resolv.conf', '../run/systemd/resolve/stub-resolv.conf')
    return { missing, danglingLink: inside(withVolume(conf, { file: true }), 'cat /etc/resolv.conf') }
  },

  shared() {
    // a host as systemd makes it: what is mounted on one copy of a mount appears on the other
    call(unshare(C.CLONE_NEWNS))
    call(mount('none', '/', '', C.MS_REC | C.MS_PRIVATE))
    call(mount('tmpfs', host, 'tmpfs'))
    call(mount('none', host, '', C.MS_SHARED))
    mkdirSync(join(host, 'box'))
    const volume = { destination: '/srv', type: 'bind', source: host, options: ['rbind', 'rprivate'] }
    // opened by the parent, which has not made its mounts private
    const calls = [...withVolume(volume, { opened: true }), mount('tmpfs', '/srv/box', 'tmpfs')]
    const result = inside(calls, 'touch /srv/box/new; ls /srv/box')
    const seen = readdirSync(join(host, 'box'))
    call(umount2(host, C.MNT_DETACH))
    return { result, host: seen }
  },

  cgroup() {
    const lines = readFileSync('/proc/self/cgroup', 'utf8').trim().split('\n')
    const controllers = lines.map((line) => line.split(':')[1]!).filter((name) => name !== '')
    const cgroup = defaultMounts.find(({ type }) => type === 'cgroup')!
    const steps = mountSteps(cgroup, controllers.length > 0 ? { controllers } : {})
    const calls = [unshare(C.CLONE_NEWCGROUP), ...pivoted(), ...furnished(), ...callsOf(steps)]
    const script =
      'cd /sys/fs/cgroup; find . -name cgroup.procs | wc -l; mkdir new 2>&1 | grep -c Read-only; ' +
      'for one in */; do [ ! -d $one ] || mkdir $one/new 2>&1; done | grep -vc Read-only'
    return { trees: Math.max(controllers.length, 1), result: inside(calls, script) }
  },
}

function replace(path: string, target: string): void {
  rmSync(join(root, path), { recursive: true, force: true })
  symlinkSync(target, join(root, path))
}

const chosen = cases[process.argv[2] ?? '']
if (!chosen) throw new Error(`one of: ${Object.keys(cases).join(', ')}`)
mkdirSync(root)
mkdirSync(host)
makeTiny(root)
console.log(JSON.stringify(chosen()))
