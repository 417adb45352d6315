// Flags and other numbers with names, as the kernel's headers spell them. A name's prefix is its family:
// `flagNames('MS_', value)` gives back the names, for `--explain` and `--trace`.

// clone(2), unshare(2), setns(2): linux/sched.h
export const CLONE_VM = 0x100
export const CLONE_FS = 0x200
export const CLONE_FILES = 0x400
export const CLONE_SIGHAND = 0x800
export const CLONE_VFORK = 0x4000
export const CLONE_PARENT = 0x8000
export const CLONE_NEWTIME = 0x80
export const CLONE_NEWNS = 0x20000
export const CLONE_NEWCGROUP = 0x2000000
export const CLONE_NEWUTS = 0x4000000
export const CLONE_NEWIPC = 0x8000000
export const CLONE_NEWUSER = 0x10000000
export const CLONE_NEWPID = 0x20000000
export const CLONE_NEWNET = 0x40000000

// mount(2): linux/mount.h
export const MS_RDONLY = 0x1
export const MS_NOSUID = 0x2
export const MS_NODEV = 0x4
export const MS_NOEXEC = 0x8
export const MS_SYNCHRONOUS = 0x10
export const MS_REMOUNT = 0x20
export const MS_DIRSYNC = 0x80
export const MS_NOSYMFOLLOW = 0x100
export const MS_NOATIME = 0x400
export const MS_NODIRATIME = 0x800
export const MS_BIND = 0x1000
export const MS_MOVE = 0x2000
export const MS_REC = 0x4000
export const MS_UNBINDABLE = 0x20000
export const MS_PRIVATE = 0x40000
export const MS_SLAVE = 0x80000
export const MS_SHARED = 0x100000
export const MS_RELATIME = 0x200000
export const MS_STRICTATIME = 0x1000000

// umount2(2): linux/fs.h
export const MNT_FORCE = 0x1
export const MNT_DETACH = 0x2

// the newer mount calls: linux/mount.h
export const OPEN_TREE_CLONE = 0x1
export const OPEN_TREE_CLOEXEC = 0x80000
export const MOVE_MOUNT_F_EMPTY_PATH = 0x4
export const MOVE_MOUNT_T_EMPTY_PATH = 0x40
export const FSOPEN_CLOEXEC = 0x1
export const FSMOUNT_CLOEXEC = 0x1
export const FSCONFIG_SET_STRING = 1
export const FSCONFIG_CMD_CREATE = 6
export const MOUNT_ATTR_RDONLY = 0x1
export const MOUNT_ATTR_NOSUID = 0x2
export const MOUNT_ATTR_NODEV = 0x4
export const MOUNT_ATTR_NOEXEC = 0x8
export const MOUNT_ATTR_IDMAP = 0x100000

// open(2): asm-generic/fcntl.h
export const O_RDONLY = 0
export const O_WRONLY = 0x1
export const O_RDWR = 0x2
export const O_CREAT = 0x40
export const O_EXCL = 0x80
export const O_NOCTTY = 0x100
export const O_TRUNC = 0x200
export const O_APPEND = 0x400
export const O_NONBLOCK = 0x800
export const O_CLOEXEC = 0x80000
export const O_PATH = 0x200000
// these two differ between the processors: arch/arm64/include/uapi/asm/fcntl.h
export const O_DIRECTORY = process.arch === 'arm64' ? 0x4000 : 0x10000
export const O_NOFOLLOW = process.arch === 'arm64' ? 0x8000 : 0x20000

// the *at calls: linux/fcntl.h
export const AT_FDCWD = -100
export const AT_SYMLINK_NOFOLLOW = 0x100
export const AT_REMOVEDIR = 0x200
export const AT_RECURSIVE = 0x8000
export const AT_EMPTY_PATH = 0x1000

// openat2(2): linux/openat2.h
export const RESOLVE_NO_XDEV = 0x1
export const RESOLVE_NO_MAGICLINKS = 0x2
export const RESOLVE_NO_SYMLINKS = 0x4
export const RESOLVE_BENEATH = 0x8
export const RESOLVE_IN_ROOT = 0x10

// the type bits of a mode, for mknod(2): linux/stat.h
export const S_IFMT = 0o170000
export const S_IFIFO = 0o010000
export const S_IFCHR = 0o020000
export const S_IFDIR = 0o040000
export const S_IFBLK = 0o060000
export const S_IFREG = 0o100000
export const S_IFLNK = 0o120000
export const S_IFSOCK = 0o140000

// fcntl(2), flock(2): linux/fcntl.h
export const F_SETFD = 2
export const F_DUPFD_CLOEXEC = 1030
export const F_ADD_SEALS = 1033
// no more seals, and nothing of the content changes any more
export const F_SEAL_EVERYTHING = 0xf
export const MFD_CLOEXEC = 1
export const MFD_ALLOW_SEALING = 2
export const MFD_EXEC = 0x10
export const F_GETFL = 3
export const F_GETPIPE_SZ = 1032
export const F_SETFL = 4
export const FD_CLOEXEC = 1
export const LOCK_SH = 1
export const LOCK_EX = 2
export const LOCK_NB = 4
export const LOCK_UN = 8

// mmap(2), mprotect(2): asm-generic/mman.h
export const PROT_READ = 0x1
export const PROT_WRITE = 0x2
export const PROT_EXEC = 0x4
export const MAP_PRIVATE = 0x2
export const MAP_ANONYMOUS = 0x20

// prctl(2): linux/prctl.h
export const PR_SET_PDEATHSIG = 1
export const PR_SET_DUMPABLE = 4
export const PR_SET_KEEPCAPS = 8
export const PR_SET_NAME = 15
export const PR_CAPBSET_DROP = 24
export const PR_SET_SECUREBITS = 28
export const PR_SET_CHILD_SUBREAPER = 36
export const SECBIT_NO_SETUID_FIXUP = 0x4
export const PR_SET_NO_NEW_PRIVS = 38
export const PR_CAP_AMBIENT = 47

// seccomp(2): linux/seccomp.h
export const SECCOMP_SET_MODE_FILTER = 1
export const SECCOMP_FILTER_FLAG_LOG = 2
export const SECCOMP_FILTER_FLAG_SPEC_ALLOW = 4

// terminals: asm-generic/ioctls.h
export const TCGETS = 0x5401
export const TCSETSW = 0x5403
export const TIOCSCTTY = 0x540e
export const TIOCSPGRP = 0x5410
export const TIOCSTI = 0x5412
export const TIOCGWINSZ = 0x5413
export const TIOCSWINSZ = 0x5414
export const TIOCINQ = 0x541b
export const TIOCSPTLCK = 0x40045431
export const TIOCGPTPEER = 0x5441

// signals: signal(7), the same on both processors
export const SIGHUP = 1
export const SIGINT = 2
export const SIGQUIT = 3
export const SIGABRT = 6
export const SIGKILL = 9
export const SIGSEGV = 11
export const SIGPIPE = 13
export const SIGTERM = 15
export const SIGCHLD = 17
export const SIGCONT = 18
export const SIGSTOP = 19
export const SIGWINCH = 28
export const SIG_BLOCK = 0
export const SIG_UNBLOCK = 1
export const SIG_SETMASK = 2

// wait4(2): linux/wait.h
export const WNOHANG = 1
export const __WALL = 0x40000000

// System V IPC: linux/ipc.h
export const IPC_CREAT = 0o1000

// sockets: linux/socket.h, linux/net.h, linux/netlink.h
export const AF_UNIX = 1
export const AF_INET = 2
export const AF_NETLINK = 16
export const SOCK_STREAM = 1
export const SOCK_DGRAM = 2
export const SOCK_RAW = 3
export const SOCK_CLOEXEC = 0x80000
export const IPPROTO_UDP = 17
export const NETLINK_ROUTE = 0
export const NETLINK_NETFILTER = 12

// the f_type of statfs(2): linux/magic.h
export const CGROUP_SUPER_MAGIC = 0x27e0eb
export const CGROUP2_SUPER_MAGIC = 0x63677270
export const PROC_SUPER_MAGIC = 0x9fa0
export const DEVPTS_SUPER_MAGIC = 0x1cd1

// bpf(2): linux/bpf.h
export const BPF_PROG_LOAD = 5
export const BPF_PROG_ATTACH = 8
export const BPF_PROG_QUERY = 16
