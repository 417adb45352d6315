// Why a call usually fails, on this host, and what to do. errno(3) knows a few dozen reasons for everything;
// here the pair of call and errno is looked up, and the host is asked where that helps.

import { readFileSync } from 'node:fs'
import * as C from './constants.ts'
import type { Name } from './numbers.ts'
import type { Syscall } from './syscall.ts'
import { plainValue } from './syscall.ts'

interface Rule {
  readonly calls: readonly Name[]
  readonly errno: string
  readonly when?: (call: Syscall) => boolean
  readonly why: (call: Syscall) => string
}

const privileged: readonly Name[] = [
  'mount',
  'umount2',
  'pivot_root',
  'chroot',
  'unshare',
  'setns',
  'clone',
  'sethostname',
  'mknodat',
  'move_mount',
  'open_tree',
  'fsopen',
  'fsmount',
  'bpf',
  'prctl',
  'capset',
  'setgroups',
  'setresgid',
  'setresuid',
]

const isRoot = () => process.geteuid?.() === 0

const rules: readonly Rule[] = [
  {
    calls: ['clone', 'unshare'],
    errno: 'EPERM',
    when: () => setting('/proc/sys/kernel/apparmor_restrict_unprivileged_userns') === '1' && !isRoot(),
    why: () =>
      'Ubuntu lets only programs with an AppArmor profile make user namespaces.\n' +
      'Use root, or: sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0',
  },
  {
    calls: privileged,
    errno: 'EPERM',
    when: () => !isRoot(),
    why: () => 'This call is for root.\nRun the same command with sudo.',
  },
  {
    calls: privileged,
    errno: 'EPERM',
    why: () =>
      'Root it is, but without this right: we are probably inside a container ourselves.\n' +
      'Use a virtual machine, or a container started with --privileged.',
  },
  {
    calls: ['memfd_create'],
    errno: 'EACCES',
    why: () =>
      'This needs a program in memory, and this host forbids them: vm.memfd_noexec is 2.\n' +
      'sysctl vm.memfd_noexec=1 allows those that say that they are programs.',
  },
  {
    calls: ['mount'],
    errno: 'ENOSPC',
    when: (call) => plainValue(call.args[2] ?? '') === 'overlay',
    why: () =>
      'overlay makes a directory of its own on the disk, and the disk is full, or has no inode left (df -i).\n' +
      'Make room; gocker system prune removes stopped containers.',
  },
  {
    calls: ['mount', 'move_mount', 'open_tree'],
    errno: 'ENOSPC',
    why: () =>
      'This is not about disk space: a mount namespace may hold only so many mounts.\n' +
      `The limit is in /proc/sys/fs/mount-max (${setting('/proc/sys/fs/mount-max') ?? 'unknown'}).`,
  },
  {
    calls: ['mount', 'fsopen'],
    errno: 'ENODEV',
    why: (call) =>
      `This kernel does not know the file system ${String(plainValue(call.args[call.name === 'mount' ? 2 : 0] ?? ''))}.\n` +
      'Look into /proc/filesystems; perhaps its module must be loaded: modprobe overlay',
  },
  {
    calls: ['mount'],
    errno: 'EINVAL',
    when: (call) => plainValue(call.args[2] ?? '') === 'overlay',
    why: () =>
      'overlay refuses an upper directory that lies on overlay itself, NFS or virtiofs.\n' +
      'The kernel says more: dmesg | tail. Put the data elsewhere with GOCKER_ROOT=/path/on/ext4',
  },
  {
    calls: ['clone', 'unshare'],
    errno: 'ENOSPC',
    why: () =>
      'A limit on the number of namespaces is reached.\nSee /proc/sys/user/max_*_namespaces, and how deep they are nested (at most 32).',
  },
  {
    calls: ['unshare'],
    errno: 'EINVAL',
    when: (call) => (Number(plainValue(call.args[0] ?? 0)) & C.CLONE_NEWUSER) !== 0,
    why: () =>
      'A process with several threads cannot leave its user namespace, and Node always has several.\nA new process can begin in one: clone(CLONE_NEWUSER, …).',
  },
  {
    calls: ['clone', 'unshare'],
    errno: 'EINVAL',
    why: () => 'This kernel was built without one of these namespaces.\nSee what it has: ls /proc/self/ns',
  },
  {
    calls: ['clone'],
    errno: 'ENOMEM',
    why: () =>
      'With enough memory, this means that the first process of the PID namespace has ended, and with it the container.',
  },
  {
    calls: ['prlimit64'],
    errno: 'EPERM',
    why: () =>
      'A hard limit can only be lowered without the right CAP_SYS_RESOURCE, and no process may have more files open than\n' +
      `/proc/sys/fs/nr_open says (${setting('/proc/sys/fs/nr_open') ?? 'unknown'}). What we have ourselves: ulimit -aH`,
  },
  {
    calls: ['seccomp'],
    errno: 'EINVAL',
    why: () =>
      'This kernel has no filters for system calls (CONFIG_SECCOMP_FILTER), or does not take this one.\n' +
      'Without a filter it works: --security-opt seccomp=unconfined',
  },
  {
    calls: ['seccomp'],
    errno: 'ENOSYS',
    why: () =>
      'This kernel has no filters for system calls (CONFIG_SECCOMP).\n' +
      'Without one it works: --security-opt seccomp=unconfined',
  },
  {
    calls: ['seccomp'],
    errno: 'EACCES',
    why: () =>
      'Only who has CAP_SYS_ADMIN, or has given up ever to get more rights, may set a filter.\n' +
      'With the latter it works: --security-opt no-new-privileges',
  },
  {
    calls: ['setns'],
    errno: 'ESRCH',
    why: () => 'The process whose namespaces these are has ended.',
  },
  {
    calls: ['setns'],
    errno: 'EINVAL',
    why: () =>
      'A process with several threads cannot enter a mount or user namespace, and no one can enter the user namespace that they are in.\n' +
      'Several namespaces in one call need Linux 5.8.',
  },
  {
    calls: ['clone'],
    errno: 'EAGAIN',
    why: () => 'No more processes are allowed here: pids.max of this cgroup, or ulimit -u.',
  },
  {
    calls: ['write', 'openat', 'mkdirat', 'mknodat', 'symlinkat', 'lsetxattr'],
    errno: 'ENOSPC',
    why: () => 'The disk is full.\nMake room; gocker system prune removes stopped containers.',
  },
  {
    calls: ['openat'],
    errno: 'ENOTDIR',
    when: (call) => ['/proc', '/sys'].includes(String(plainValue(call.args[1] ?? ''))),
    why: (call) =>
      `In this image ${String(plainValue(call.args[1] ?? ''))} is no directory but a link, so that it could show something else (CVE-2019-19921).\n` +
      'Such an image is not started. Use another one.',
  },
  {
    calls: ['mount_setattr'],
    errno: 'EINVAL',
    why: () =>
      'The file system that the layers lie on cannot show them with other owners: ext4, xfs and btrfs can, tmpfs since Linux 6.3.\n' +
      'Put the data elsewhere with GOCKER_ROOT=/path/on/ext4, or leave the user namespace away: --userns=host',
  },
  {
    calls: ['setgroups', 'setresgid', 'setresuid'],
    errno: 'EINVAL',
    why: () =>
      'One of these ids does not exist in this user namespace.\nWhich ones do stands in /proc/PID/uid_map and gid_map.',
  },
  {
    calls: ['openat2'],
    errno: 'ENOENT',
    when: (call) => String(plainValue(call.args[1] ?? '')).startsWith('sys/'),
    why: (call) => {
      const path = String(plainValue(call.args[1] ?? ''))
      return `This kernel has no setting ${path.slice('sys/'.length).replaceAll('/', '.')}.\nThose that there are: sysctl -a`
    },
  },
  {
    calls: ['mount'],
    errno: 'EINVAL',
    when: (call) => plainValue(call.args[2] ?? '') === 'tmpfs',
    why: (call) =>
      `tmpfs does not know one of these options, or its value: ${String(plainValue(call.args[4] ?? ''))}\n` +
      'There are size=64m, mode=1777, uid=, gid= and more: tmpfs(5)',
  },
  {
    calls: ['openat2'],
    errno: 'EXDEV',
    why: (call) =>
      `Something is mounted upon a part of /proc, so that ${String(plainValue(call.args[1] ?? ''))} there is not the kernel's (CVE-2025-52881).\n` +
      'A link of the image leads a volume there. Mount it elsewhere, or take another image.',
  },
  {
    calls: ['openat2'],
    errno: 'ELOOP',
    why: () =>
      'A link of the image leads through /proc to what another process has open, perhaps on the host.\n' +
      'It is not followed. Take another directory, or another image.',
  },
  {
    calls: ['socket', 'sendto'],
    errno: 'EAFNOSUPPORT',
    why: () => 'This kernel does not speak this netlink family.',
  },
  {
    calls: ['socket'],
    errno: 'EPROTONOSUPPORT',
    why: () =>
      'The part of the kernel that this talks to is not there.\nTry: modprobe -a nfnetlink nf_tables',
  },
]

/** Two short lines on why `call` failed with `errno` and what to do; undefined if there is nothing to add. */
export function hint(call: Syscall, errno: string): string | undefined {
  return rules
    .find((rule) => rule.errno === errno && rule.calls.includes(call.name) && (rule.when?.(call) ?? true))
    ?.why(call)
}

function setting(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return undefined
  }
}
