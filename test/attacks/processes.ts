// Attacks on processes outside: looking into them, stopping them, taking what they have open, and coming by their rights.

import * as C from '../../src/syscall/constants.ts'
import { openat } from '../../src/syscall/file.ts'
import { kill, pidfd_open, setns } from '../../src/syscall/process.ts'
import { syscall } from '../../src/syscall/syscall.ts'
import { attacks, lastWorked, type Protection, says } from './attack.ts'
import { fixedAddress, fixedMemory, longs, memory, numbered } from './calls.ts'
import { after, firstAddress, secret } from './host.ts'
import { capabilities, ipcNamespace, listed, noNewPrivileges, pidNamespace, seccomp } from './protections.ts'

const userRange: Protection = {
  layer: 'range of user numbers',
  without: 'a spec with that number as it is',
  spec: (spec) => ({ ...spec, process: { ...spec.process, user: { ...spec.process.user, uid: 2 ** 32 } } }),
}

const ptrace = capabilities('SYS_PTRACE')

export const processes = attacks(
  {
    name: 'end a process of the host',
    tries: 'sends SIGKILL to a process outside: kill(2)',
    stoppedBy: [pidNamespace],
    left: 'nothing: root has CAP_KILL, in a container too',
    attack: ({ pid }) => ({ calls: [kill(pid, C.SIGKILL)] }),
    gotThrough: lastWorked,
  },
  {
    name: 'through /proc/PID/root',
    tries: 'goes into the root directory of a process outside',
    stoppedBy: [pidNamespace, ptrace],
    left: 'nothing: by that link all files of the host can be reached',
    attack: ({ pid, file }) => ({ script: `cat /proc/${pid}/root${file}` }),
    gotThrough: says(secret),
  },
  {
    name: 'through /proc/PID/cwd',
    tries: 'goes into the working directory of a process outside',
    stoppedBy: [pidNamespace, ptrace],
    left: 'nothing',
    attack: ({ pid }) => ({ script: `cat /proc/${pid}/cwd/secret` }),
    gotThrough: says(secret),
  },
  {
    name: "read another's environment",
    tries: 'reads /proc/PID/environ of a process outside, where passwords often are',
    stoppedBy: [pidNamespace, ptrace],
    left: 'nothing',
    attack: ({ pid }) => ({ script: `cat /proc/${pid}/environ` }),
    gotThrough: says(secret),
  },
  {
    name: "take hold of another's process",
    tries: 'attaches to a process outside as a debugger: ptrace(2)',
    cve: 'CVE-2019-2054',
    stoppedBy: [pidNamespace, ptrace],
    left: 'a security module as Yama, where the host has one',
    // PTRACE_SEIZE: it is let go when Mallory ends
    attack: ({ pid }) => ({ calls: [numbered(101, 117, 0x4206, pid, 0, 0)] }),
    gotThrough: lastWorked,
  },
  {
    name: "read another's memory",
    tries: 'copies memory out of a process outside: process_vm_readv(2)',
    stoppedBy: [pidNamespace, ptrace],
    left: 'a security module as Yama, where the host has one',
    attack: ({ pid }) => {
      // struct iovec: where it goes, and where it comes from
      const here = longs(BigInt(fixedAddress), 4n)
      const there = longs(BigInt(firstAddress(pid)), 4n)
      return {
        calls: [
          fixedMemory(),
          numbered(310, 270, pid, here, 1, there, 1, 0),
          syscall('write', 1, fixedAddress, 4),
        ],
      }
    },
    gotThrough: says('\x7fELF'),
  },
  {
    name: "take another's open file",
    tries: 'has a descriptor of a process outside made her own: pidfd_getfd(2)',
    stoppedBy: [pidNamespace, ptrace],
    left: 'the filter, which lets the call pass only with CAP_SYS_PTRACE',
    attack: ({ pid }) => {
      const pidfd = pidfd_open(pid)
      return { calls: [pidfd, syscall('pidfd_getfd', pidfd, 0, 0)] }
    },
    gotThrough: lastWorked,
  },
  {
    name: "into the host's mount namespace",
    tries: 'enters the namespaces of a process outside: setns(2)',
    stoppedBy: [pidNamespace, capabilities('SYS_ADMIN', 'SYS_PTRACE'), seccomp],
    left: 'nothing',
    attack: ({ pid, file }) => {
      const pidfd = pidfd_open(pid)
      const text = memory()
      const opened = openat(C.AT_FDCWD, file, C.O_RDONLY)
      return {
        calls: [
          pidfd,
          setns(pidfd, C.CLONE_NEWNS),
          opened,
          text,
          syscall('read', opened, text, 100),
          syscall('write', 1, text, 100),
        ],
      }
    },
    gotThrough: says(secret),
  },
  {
    name: 'message queues of the host',
    tries: 'opens a queue of System V that a program outside made: msgget(2)',
    stoppedBy: [ipcNamespace],
    left: 'the mode of the queue, which root passes',
    around: (command) => [
      'unshare',
      '--ipc',
      'sh',
      '-c',
      'ipcmk -Q > /dev/null; exec "$@"',
      'sh',
      ...command,
    ],
    attack: () => ({ script: 'cat /proc/sysvipc/msg | wc -l' }),
    gotThrough: ({ stdout }) => Number(stdout) > 1,
  },
  {
    name: 'named queues of the host',
    tries: 'opens a POSIX message queue that a program outside made: mq_open(3)',
    stoppedBy: [ipcNamespace],
    left: 'the mode of the queue, which root passes',
    around: (command, host) => [
      ...['unshare', '--ipc'],
      ...after(host, [numbered(240, 180, 'attack', C.O_RDWR | C.O_CREAT, 0o600, 0)], command),
    ],
    attack: () => ({ calls: [numbered(240, 180, 'attack', C.O_RDWR, 0, 0)] }),
    gotThrough: lastWorked,
  },
  {
    name: 'a program that makes root of everyone',
    tries: 'as an ordinary user, runs a setuid program of the image that has a hole',
    stoppedBy: [noNewPrivileges],
    left: 'nothing inside the container: its root is as strong as without',
    image: 'attack-setuid',
    flags: ['-u', '1979'],
    attack: () => ({ script: '/as-root/cat /letter' }),
    gotThrough: says('Dear Bob'),
  },
  {
    name: 'rights that are handed down',
    cve: 'CVE-2022-24769',
    tries: 'as an ordinary user, runs a file that takes up inheritable capabilities',
    stoppedBy: [
      {
        layer: 'empty inheritable set',
        without: 'a spec whose `inheritable` is the bounding set, as Docker had it',
        spec: (spec) => {
          const { capabilities: sets } = spec.process
          return {
            ...spec,
            process: { ...spec.process, capabilities: { ...sets, inheritable: sets.bounding } },
          }
        },
      },
    ],
    left: 'nothing inside the container; they are the rights that its root has anyway',
    image: 'attack-setuid',
    flags: ['-u', '1979'],
    attack: () => ({ script: '/inheriting/cat /letter' }),
    gotThrough: says('Dear Bob'),
  },
  {
    name: 'a user number that wraps around',
    cve: 'CVE-2024-40635',
    tries: 'makes an image that asks to run as user 4294967296, which cut to 32 bits is 0: root',
    stoppedBy: [userRange],
    left: 'nothing: whoever forbids root by looking at the number is fooled',
    attack: {
      does: ({ run, isOff }) => run(isOff(userRange) ? [] : ['-u', '4294967296'], { script: 'id -u' }),
    },
    gotThrough: ({ status, stdout }) => status === 0 && stdout.trim() === '0',
  },
  {
    name: 'groups of whoever started it',
    cve: 'CVE-2022-2989',
    tries: 'uses the supplementary groups that the engine has itself, as `disk` or `docker`',
    stoppedBy: [
      listed('setgroups', 'a list without setgroups', ({ steps }) =>
        steps.filter(({ call }) => call.name !== 'setgroups'),
      ),
    ],
    left: 'nothing',
    flags: ['-u', '1979'],
    around: (command) => ['setpriv', '--groups', '4242', ...command],
    attack: () => ({ script: 'id -G' }),
    gotThrough: says('4242'),
  },
)
