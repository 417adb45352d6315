// The number of each system call, per processor: what goes into the register that the kernel reads first.
// Sources: arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h (arm64).
// A call of the last years has the same number everywhere, for the tables were joined at 424.

export type Arch = 'x64' | 'arm64'

/** The processor that this program runs on; other processors are refused where a call is made. */
export const arch: Arch = process.arch === 'arm64' ? 'arm64' : 'x64'

//                                 x86-64  arm64
const table = {
  read: [0, 63],
  write: [1, 64],
  close: [3, 57],
  lseek: [8, 62],
  mmap: [9, 222],
  mprotect: [10, 226],
  munmap: [11, 215],
  rt_sigaction: [13, 134],
  rt_sigprocmask: [14, 135],
  ioctl: [16, 29],
  getpid: [39, 172],
  socket: [41, 198],
  connect: [42, 203],
  sendto: [44, 206],
  recvfrom: [45, 207],
  shutdown: [48, 210],
  bind: [49, 200],
  listen: [50, 201],
  getsockname: [51, 204],
  setsockopt: [54, 208],
  clone: [56, 220],
  execve: [59, 221],
  wait4: [61, 260],
  kill: [62, 129],
  uname: [63, 160],
  msgget: [68, 186],
  fcntl: [72, 25],
  flock: [73, 32],
  chdir: [80, 49],
  fchdir: [81, 50],
  fchmod: [91, 52],
  fchown: [93, 55],
  umask: [95, 166],
  getppid: [110, 173],
  setgroups: [116, 159],
  setresuid: [117, 147],
  setresgid: [119, 149],
  setsid: [112, 157],
  capget: [125, 90],
  capset: [126, 91],
  personality: [135, 92],
  statfs: [137, 43],
  fstatfs: [138, 44],
  pivot_root: [155, 41],
  prctl: [157, 167],
  chroot: [161, 51],
  mount: [165, 40],
  umount2: [166, 39],
  sethostname: [170, 161],
  setdomainname: [171, 162],
  setxattr: [188, 5],
  lsetxattr: [189, 6],
  getxattr: [191, 8],
  lgetxattr: [192, 9],
  llistxattr: [195, 12],
  lremovexattr: [198, 15],
  getdents64: [217, 61],
  keyctl: [250, 219],
  exit_group: [231, 94],
  openat: [257, 56],
  mkdirat: [258, 34],
  mknodat: [259, 33],
  fchownat: [260, 54],
  newfstatat: [262, 79],
  unlinkat: [263, 35],
  renameat: [264, 38],
  linkat: [265, 37],
  symlinkat: [266, 36],
  readlinkat: [267, 78],
  fchmodat: [268, 53],
  unshare: [272, 97],
  utimensat: [280, 88],
  dup3: [292, 24],
  pipe2: [293, 59],
  prlimit64: [302, 261],
  setns: [308, 268],
  getrandom: [318, 278],
  seccomp: [317, 277],
  memfd_create: [319, 279],
  bpf: [321, 280],
  execveat: [322, 281],
  renameat2: [316, 276],
  pidfd_send_signal: [424, 424],
  open_tree: [428, 428],
  move_mount: [429, 429],
  fsopen: [430, 430],
  fsconfig: [431, 431],
  fsmount: [432, 432],
  pidfd_open: [434, 434],
  close_range: [436, 436],
  openat2: [437, 437],
  pidfd_getfd: [438, 438],
  mount_setattr: [442, 442],
} as const satisfies Record<string, readonly [x64: number, arm64: number]>

/** The name of a system call that this engine knows. */
export type Name = keyof typeof table

/** The number of the call `name` on `processor`. */
export function numberOf(name: Name, processor: Arch = arch): number {
  return table[name][processor === 'x64' ? 0 : 1]
}

/** All names, for tests and for decoding. */
export const names = Object.keys(table) as Name[]
