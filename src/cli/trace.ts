// gocker run --trace: each call as it is made, as strace(1) prints it, here and in the child. Before it stands the
// chapter that is about such calls.

import type { Name } from '../syscall/numbers.ts'
import { notation, observe, resultNotation } from '../syscall/trace.ts'
import { err } from './print.ts'

const chapterOf: Partial<Record<Name, number>> = {
  mount: 2,
  umount2: 2,
  pivot_root: 2,
  chroot: 2,
  chdir: 2,
  mknodat: 2,
  symlinkat: 2,
  move_mount: 2,
  open_tree: 2,
  mkdirat: 2,
  clone: 1,
  execve: 1,
  read: 1,
  rt_sigaction: 1,
  rt_sigprocmask: 1,
  close_range: 1,
  mmap: 1,
  mprotect: 1,
  pipe2: 1,
  wait4: 1,
  unshare: 3,
  setns: 3,
  sethostname: 3,
  setdomainname: 3,
  bpf: 4,
  socket: 7,
  sendto: 7,
  recvfrom: 7,
  setsockopt: 7,
  prctl: 8,
  capset: 8,
  setgroups: 8,
  setresuid: 8,
  setresgid: 8,
  keyctl: 8,
  seccomp: 8,
  fsopen: 9,
  fsconfig: 9,
  fsmount: 9,
  ioctl: 9,
  setsid: 9,
  dup3: 9,
  memfd_create: 10,
  pidfd_open: 10,
  pidfd_send_signal: 10,
  socketpair: 10,
}

/** From now on, print every call. */
export function showTrace(): void {
  observe(({ pid, call, result }) => {
    const chapter = chapterOf[call.name]
    err(
      `${String(chapter ?? '').padStart(2, chapter === undefined ? ' ' : '0')} ${pid === 0 ? 'gocker' : `[${pid}]`} ${notation(call)}${resultNotation(result)}`,
    )
  })
}
