// Attacks on the kernel itself: calls that change the machine, or that open a part of the kernel to a program. Mostly the call is
// made so that it does nothing: what counts is whether the kernel would have obeyed.

import * as C from '../../src/syscall/constants.ts'
import { type Errno, errnoNumber } from '../../src/syscall/errno.ts'
import { mount, open_tree } from '../../src/syscall/mount.ts'
import { unshare } from '../../src/syscall/process.ts'
import { socket } from '../../src/syscall/socket.ts'
import { syscall } from '../../src/syscall/syscall.ts'
import { type Attack, attacks, lastWorked, says } from './attack.ts'
import { type Call, memory, numbered, words } from './calls.ts'
import { bpfForAll, hasNoSockets, lacksFileSystem, perfEvent, perfParanoid, setting } from './machine.ts'
import { capabilities, seccomp, utsNamespace } from './protections.ts'

const one =
  (...calls: Call[]): Attack['attack'] =>
  () => ({ calls })

/** The call got as far as the kernel's own answer. */
const reached =
  (...errnos: Errno[]): Attack['gotThrough'] =>
  ({ results }) =>
    results.length > 0 &&
    (results.at(-1)! >= 0 || errnos.some((name) => results.at(-1) === -errnoNumber(name)))

const mountCaps = capabilities('SYS_ADMIN')

export const kernel = attacks(
  {
    name: 'load a kernel module',
    tries: 'gives the kernel a module of her own: init_module(2)',
    stoppedBy: [capabilities('SYS_MODULE'), seccomp],
    left: 'nothing: a module is the kernel',
    shownBy:
      'no module is given: with the right, the kernel says so instead of EPERM; a kernel without modules says ENOSYS',
    attack: one(numbered(175, 105, 0, 0, '')),
    gotThrough: reached('EFAULT', 'ENOSYS', 'ENOEXEC', 'EINVAL'),
  },
  {
    name: 'load a kernel module from a file',
    tries: 'has the kernel load a file of her image as a module: finit_module(2)',
    stoppedBy: [capabilities('SYS_MODULE'), seccomp],
    left: 'nothing: a module is the kernel',
    shownBy: 'the descriptor is none: with the right, the kernel says EBADF instead of EPERM, or ENOSYS',
    attack: one(numbered(313, 273, -1, '', 0)),
    gotThrough: reached('EBADF', 'ENOSYS'),
  },
  {
    name: 'unload a kernel module',
    tries: 'takes a module out of the kernel, as that of a firewall: delete_module(2)',
    stoppedBy: [capabilities('SYS_MODULE'), seccomp],
    left: 'nothing',
    shownBy:
      'there is no module of that name: with the right, the kernel says ENOENT instead of EPERM, or ENOSYS',
    attack: one(numbered(176, 106, 'none-of-this-name', 0)),
    gotThrough: reached('ENOENT', 'ENOSYS'),
  },
  {
    name: 'boot another kernel',
    tries: 'puts a kernel of her own in memory and jumps into it: kexec_load(2)',
    stoppedBy: [capabilities('SYS_BOOT'), seccomp],
    left: 'nothing; a locked-down host takes none that is not signed',
    shownBy: 'no kernel is given; one that cannot do it says ENOSYS instead of EPERM',
    attack: one(numbered(246, 104, 0, 0, 0, 0)),
    gotThrough: reached('ENOSYS', 'EBUSY', 'EINVAL'),
  },
  {
    name: 'reboot the host',
    tries: 'has the machine start again: reboot(2)',
    stoppedBy: [capabilities('SYS_BOOT'), seccomp],
    left: 'the PID namespace, in which reboot(2) ends only the container',
    shownBy: 'without the magic numbers: with the right, the kernel says EINVAL instead of EPERM',
    attack: one(numbered(169, 142, 0, 0, 0, 0)),
    gotThrough: reached('EINVAL'),
  },
  {
    name: 'set the clock',
    tries: 'sets the time of all: settimeofday(2)',
    stoppedBy: [capabilities('SYS_TIME'), seccomp],
    left: 'nothing: there is one clock for all',
    shownBy: 'no time is given: with the right, the kernel agrees and changes nothing',
    attack: one(numbered(164, 170, 0, 0)),
    gotThrough: lastWorked,
  },
  {
    name: 'make the clock run faster',
    tries: 'changes how long a second of the host is: adjtimex(2)',
    stoppedBy: [capabilities('SYS_TIME')],
    left: 'nothing: the filter lets the call pass, as it also tells the time',
    shownBy: 'the length of a tick is read and written back: nothing changes',
    attack: () => {
      const timex = memory()
      // what was read is at once what is written, with ADJ_TICK as the field that counts
      const ask = numbered(159, 171, timex)
      const file = syscall('memfd_create', 'x', 0)
      return {
        calls: [
          timex,
          ask,
          file,
          syscall('write', file, words(0x4000), 4),
          syscall('lseek', file, 0, 0),
          syscall('read', file, timex, 4),
          numbered(159, 171, timex),
        ],
      }
    },
    gotThrough: lastWorked,
  },
  {
    name: 'see what the kernel does with BPF',
    tries: 'loads a program into the kernel, or has it make a map: bpf(2)',
    cve: 'CVE-2021-3490',
    stoppedBy: [capabilities('BPF'), seccomp],
    left: 'kernel.unprivileged_bpf_disabled, where the host has set it',
    missing: () => bpfForAll() && 'this kernel lets everybody use bpf(2)',
    // BPF_MAP_CREATE: an array of one entry of 4 bytes
    attack: one(syscall('bpf', 0, words(2, 4, 4, 1, ...Array<number>(14).fill(0)), 72)),
    gotThrough: lastWorked,
  },
  {
    name: 'count what the kernel does',
    tries: 'opens an event of the processor or the kernel: perf_event_open(2)',
    cve: 'CVE-2013-2094',
    stoppedBy: [seccomp],
    left: 'kernel.perf_event_paranoid, where the host has set it to 3 or more',
    missing: () => perfParanoid() > 2 && 'this kernel has perf_event_paranoid at 3',
    // a software event (1) that counts nothing (9), of this process, without the kernel's part
    attack: one(numbered(298, 241, perfEvent(), 0, -1, -1, 0)),
    gotThrough: lastWorked,
  },
  {
    name: 'watch a whole processor',
    tries: 'counts events of everything that runs on processor 0: perf_event_open(2)',
    stoppedBy: [capabilities('PERFMON'), seccomp],
    left: 'nothing',
    missing: () => perfParanoid() < 1 && 'this kernel lets everybody watch processors',
    attack: one(numbered(298, 241, perfEvent(), -1, 0, -1, 0)),
    gotThrough: lastWorked,
  },
  {
    name: 'hold the kernel at a page',
    tries: 'makes the kernel wait in the middle of a copy, which widens races in it: userfaultfd(2)',
    cve: 'CVE-2016-5195',
    stoppedBy: [seccomp],
    left: 'vm.unprivileged_userfaultfd, for faults in the kernel itself',
    // UFFD_USER_MODE_ONLY
    attack: one(numbered(323, 282, 1)),
    gotThrough: lastWorked,
  },
  {
    name: 'ask for work by a ring',
    tries: 'makes a ring by which calls are made past the filter: io_uring_setup(2)',
    cve: 'CVE-2023-2598',
    stoppedBy: [seccomp],
    left: 'kernel.io_uring_disabled, where the host has set it',
    attack: one(numbered(425, 425, 4, new Uint8Array(120))),
    gotThrough: lastWorked,
  },
  {
    name: 'become root of a user namespace',
    tries:
      'makes a user namespace, in which she has every capability and more of the kernel to attack: unshare(2)',
    cve: 'CVE-2022-0185',
    stoppedBy: [seccomp],
    left: 'user.max_user_namespaces, where the host has set it to 0',
    attack: one(unshare(C.CLONE_NEWUSER)),
    gotThrough: lastWorked,
  },
  {
    name: 'mount in a user namespace',
    tries: 'makes a user namespace and in it a mount namespace and a mount',
    cve: 'CVE-2023-0386',
    stoppedBy: [seccomp],
    left: 'user.max_user_namespaces, where the host has set it to 0',
    attack: one(unshare(C.CLONE_NEWUSER | C.CLONE_NEWNS), mount('none', '/tmp', 'tmpfs')),
    gotThrough: ({ results }) => results[1]! >= 0,
  },
  {
    name: 'mount a file system',
    tries: 'mounts, with what the kernel reads there: mount(2)',
    stoppedBy: [mountCaps, seccomp],
    left: 'nothing: who may mount can undo all mounts that hide or protect',
    attack: one(mount('none', '/tmp', 'tmpfs')),
    gotThrough: lastWorked,
  },
  {
    name: 'mount by the newer calls',
    tries: 'opens a file system without mount(2): fsopen(2)',
    cve: 'CVE-2022-0185',
    stoppedBy: [mountCaps, seccomp],
    left: 'nothing',
    attack: one(syscall('fsopen', 'tmpfs', 0)),
    gotThrough: lastWorked,
  },
  {
    name: 'take a copy of the mounts',
    tries: 'takes a tree of mounts without what was mounted upon it: open_tree(2)',
    stoppedBy: [mountCaps, seccomp],
    left: 'nothing',
    attack: one(open_tree(C.AT_FDCWD, '/proc', C.OPEN_TREE_CLONE)),
    gotThrough: lastWorked,
  },
  {
    name: 'uncover what is covered',
    tries: 'takes the cover off /proc/keys: umount2(2)',
    stoppedBy: [mountCaps, seccomp],
    left: 'nothing',
    attack: one(syscall('umount2', '/proc/keys', C.MNT_DETACH)),
    gotThrough: lastWorked,
  },
  {
    name: 'a /proc of her own, without covers',
    tries: 'mounts proc a second time and opens a setting of the host in it for writing',
    stoppedBy: [mountCaps, seccomp],
    left: 'nothing: the covers lie on the first mount alone',
    attack: one(
      mount('proc', '/tmp', 'proc'),
      syscall('openat', C.AT_FDCWD, '/tmp/sys/vm/swappiness', C.O_WRONLY),
    ),
    gotThrough: lastWorked,
  },
  {
    name: 'make /proc/sys writable again',
    tries: 'remounts it without read-only: mount(2), MS_REMOUNT',
    stoppedBy: [mountCaps, seccomp],
    left: 'nothing',
    attack: one(
      mount('none', '/proc/sys', '', C.MS_BIND | C.MS_REMOUNT | C.MS_NOSUID | C.MS_NODEV | C.MS_NOEXEC),
      syscall('openat', C.AT_FDCWD, '/proc/sys/vm/swappiness', C.O_WRONLY),
    ),
    gotThrough: lastWorked,
  },
  {
    name: 'register an interpreter',
    tries: 'mounts binfmt_misc, where one says which program starts files of a kind, on the host too',
    stoppedBy: [mountCaps, seccomp],
    left: 'since Linux 6.7 the registrations of a user namespace are its own',
    attack: one(
      mount('none', '/tmp', 'binfmt_misc'),
      syscall('openat', C.AT_FDCWD, '/tmp/register', C.O_WRONLY),
    ),
    missing: () => lacksFileSystem('binfmt_misc'),
    gotThrough: lastWorked,
  },
  {
    name: 'trace the kernel',
    tries: 'mounts tracefs, where functions of the kernel can be followed',
    stoppedBy: [mountCaps, seccomp],
    left: 'lockdown, where the host uses it',
    missing: () => lacksFileSystem('tracefs'),
    attack: one(mount('none', '/tmp', 'tracefs')),
    gotThrough: lastWorked,
  },
  {
    name: 'look into the kernel with debugfs',
    tries: 'mounts debugfs, where drivers show their insides',
    stoppedBy: [mountCaps, seccomp],
    left: 'lockdown, where the host uses it',
    missing: () => lacksFileSystem('debugfs'),
    attack: one(mount('none', '/tmp', 'debugfs')),
    gotThrough: lastWorked,
  },
  {
    name: 'the name of the host',
    tries: 'gives the machine another name, which services and logs go by: sethostname(2)',
    stoppedBy: [utsNamespace, capabilities('SYS_ADMIN'), seccomp],
    left: 'nothing',
    // the host is here a UTS namespace of the test's own
    around: (command) => ['unshare', '--uts', 'sh', '-c', '"$@"; hostname', 'sh', ...command],
    attack: () => ({ script: 'hostname mallory' }),
    gotThrough: says(/^mallory$/m),
  },
  {
    name: 'use a disk as memory',
    tries: 'gives the kernel a place to swap to, or takes the one it has: swapon(2)',
    stoppedBy: [capabilities('SYS_ADMIN'), seccomp],
    left: 'nothing',
    shownBy: 'there is no such file: with the right, the kernel says ENOENT instead of EPERM',
    attack: one(numbered(167, 224, '/none-of-this-name', 0)),
    gotThrough: reached('ENOENT'),
  },
  {
    name: 'write down what all processes do',
    tries: 'has the kernel account for every process into a file of hers: acct(2)',
    stoppedBy: [capabilities('SYS_PACCT'), seccomp],
    left: 'nothing',
    shownBy: 'there is no such file: with the right, the kernel says ENOENT instead of EPERM',
    attack: one(numbered(163, 89, '/none-of-this-name')),
    gotThrough: reached('ENOENT', 'ENOSYS'),
  },
  {
    name: 'be told of every file that is opened',
    tries: 'listens to a whole file system, that of the host: fanotify_init(2)',
    stoppedBy: [capabilities('SYS_ADMIN'), seccomp],
    left: 'nothing',
    // FAN_CLASS_CONTENT: may also refuse what others open
    attack: one(numbered(300, 262, 4, 0)),
    gotThrough: lastWorked,
  },
  {
    name: 'change the quotas of the disk',
    tries: 'asks for the quotas of a file system by its path: quotactl(2)',
    stoppedBy: [seccomp],
    left: 'CAP_SYS_ADMIN, which the kernel asks for once it has found the disk',
    shownBy: 'for a device that is not there: the kernel says ENOENT, and the filter EPERM',
    // QCMD(Q_QUOTAOFF, USRQUOTA)
    attack: one(numbered(179, 60, 0x80000300, '/none-of-this-name', 0, 0)),
    gotThrough: reached('ENOENT', 'ENOTBLK', 'ENOSYS'),
  },
  {
    name: 'talk to the ports of the machine',
    tries: 'gets the rights to use the ports of the hardware: iopl(2)',
    stoppedBy: [capabilities('SYS_RAWIO'), seccomp],
    left: 'lockdown, where the host uses it',
    missing: () => process.arch !== 'x64' && 'only the kernel of a PC has such ports',
    attack: one(numbered(172, -1, 3)),
    gotThrough: reached('ENOSYS'),
  },
  {
    name: 'read what the kernel says',
    tries: "reads the kernel's messages, with addresses and what the neighbours do: syslog(2)",
    stoppedBy: [
      { ...capabilities('SYSLOG'), holds: () => setting('kernel/dmesg_restrict') === '1' },
      seccomp,
    ],
    left: 'kernel.dmesg_restrict, where the host has set it',
    attack: () => {
      const text = memory()
      return { calls: [text, numbered(103, 116, 3, text, 4096)] }
    },
    gotThrough: lastWorked,
  },
  {
    name: 'where the kernel lies',
    tries: 'reads the addresses of the kernel, which an exploit needs, from /proc/kallsyms',
    stoppedBy: [capabilities('SYSLOG')],
    left: 'kernel.kptr_restrict at 2, where the host has set it',
    missing: () =>
      (setting('kernel/kptr_restrict') === '2' || perfParanoid() < 2) &&
      'this kernel tells it to all, or to none',
    attack: () => ({ script: 'head -n 1 /proc/kallsyms' }),
    gotThrough: ({ stdout }) => /^[0-9a-f]{16} /.test(stdout) && !stdout.startsWith('0000000000000000'),
  },
  {
    name: "read another's keys",
    tries: 'makes and looks up keys, which are no part of any namespace: add_key(2)',
    cve: 'CVE-2016-0728',
    stoppedBy: [seccomp],
    left: 'the keyring of its own that each container has, for keys of the session',
    // KEY_SPEC_PROCESS_KEYRING
    attack: one(numbered(248, 217, 'user', 'mallory', 'x', 1, -2)),
    gotThrough: lastWorked,
  },
  {
    name: 'talk past the network',
    tries: 'opens a socket of the kind that virtual machines reach their host by: AF_VSOCK',
    stoppedBy: [seccomp],
    left: 'nothing: these sockets belong to no network namespace',
    missing: () => hasNoSockets(40) && 'this kernel has no AF_VSOCK',
    attack: one(socket(40, C.SOCK_STREAM, 0)),
    gotThrough: lastWorked,
  },
  {
    name: 'use the cryptography of the kernel',
    cve: 'CVE-2019-8912',
    tries: 'opens a socket by which programs have the kernel encrypt for them: AF_ALG',
    stoppedBy: [seccomp],
    left: 'nothing: these sockets belong to no namespace',
    shownBy: 'a kernel without it says EAFNOSUPPORT instead of EPERM',
    attack: one(socket(38, 5, 0)),
    gotThrough: reached('EAFNOSUPPORT'),
  },
)
