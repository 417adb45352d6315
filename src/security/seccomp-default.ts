// The filter that every container gets unless another one is asked for: Docker's default profile, as rules of our own
// writing that come to the same. What is not named here is refused with EPERM. A call is left out because it is about the
// whole host (clocks, modules, reboot, swap), because it reaches round the namespaces (keys, perf, bpf), or because most
// programs never use it, and every call is a piece of the kernel that could have a fault.
// moby/profiles, seccomp/default_linux.go

import type { Profile, ProfileRule } from './seccomp-profile.ts'

const words = (text: string) => text.trim().split(/\s+/)
const allow = (names: string, more: Partial<ProfileRule> = {}): ProfileRule => ({
  names: words(names),
  action: 'SCMP_ACT_ALLOW',
  ...more,
})

/** What programs live on. Names that only 32-bit programs use stand beside the others. */
const harmless = [
  // to read and write
  `read write readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2 lseek _llseek readahead sendfile sendfile64
   splice tee vmsplice copy_file_range fadvise64 fadvise64_64 fallocate ftruncate ftruncate64 truncate truncate64 fsync
   fdatasync sync syncfs sync_file_range io_setup io_submit io_cancel io_destroy io_getevents io_pgetevents
   io_pgetevents_time64 cachestat`,
  // open files
  `open openat openat2 creat close close_range dup dup2 dup3 fcntl fcntl64 flock ioctl pipe pipe2 memfd_create
   memfd_secret name_to_handle_at eventfd eventfd2 signalfd signalfd4 timerfd_create timerfd_gettime timerfd_gettime64
   timerfd_settime timerfd_settime64 inotify_init inotify_init1 inotify_add_watch inotify_rm_watch fanotify_mark`,
  // to wait for several of them
  `poll ppoll ppoll_time64 select _newselect pselect6 pselect6_time64 epoll_create epoll_create1 epoll_ctl epoll_ctl_old
   epoll_wait epoll_wait_old epoll_pwait epoll_pwait2`,
  // names in directories
  `mkdir mkdirat mknod mknodat rmdir link linkat symlink symlinkat unlink unlinkat rename renameat renameat2 readlink
   readlinkat getcwd chdir fchdir getdents getdents64 umask`,
  // what is known of a file
  `stat stat64 fstat fstat64 lstat lstat64 newfstatat fstatat64 statx statfs statfs64 fstatfs fstatfs64 statmount listmount
   access faccessat faccessat2 chmod fchmod fchmodat fchmodat2 chown chown32 fchown fchown32 lchown lchown32 fchownat
   utime utimes futimesat utimensat utimensat_time64`,
  // extended attributes
  `getxattr lgetxattr fgetxattr getxattrat setxattr lsetxattr fsetxattr setxattrat listxattr llistxattr flistxattr
   listxattrat removexattr lremovexattr fremovexattr removexattrat`,
  // memory
  `brk mmap mmap2 munmap mprotect mremap madvise mincore msync mlock mlock2 mlockall munlock munlockall mseal membarrier
   remap_file_pages map_shadow_stack pkey_alloc pkey_free pkey_mprotect process_mrelease`,
  // processes: clone is below
  `fork vfork execve execveat exit exit_group wait4 waitid waitpid kill tkill tgkill pidfd_open pidfd_send_signal
   getpid getppid gettid getpgid setpgid getpgrp getsid setsid set_tid_address prctl seccomp rseq restart_syscall
   uretprobe riscv_hwprobe`,
  // threads
  `futex futex_time64 futex_waitv futex_wait futex_wake futex_requeue set_robust_list get_robust_list set_thread_area
   get_thread_area getcpu`,
  // who one is
  `getuid getuid32 geteuid geteuid32 getgid getgid32 getegid getegid32 getresuid getresuid32 getresgid getresgid32
   setuid setuid32 setgid setgid32 setreuid setreuid32 setregid setregid32 setresuid setresuid32 setresgid setresgid32
   setfsuid setfsuid32 setfsgid setfsgid32 getgroups getgroups32 setgroups setgroups32 capget capset`,
  // limits, priorities, the machine
  `getrlimit ugetrlimit setrlimit prlimit64 getrusage times getpriority setpriority ioprio_get ioprio_set sched_yield
   sched_getaffinity sched_setaffinity sched_getattr sched_setattr sched_getparam sched_setparam sched_getscheduler
   sched_setscheduler sched_get_priority_max sched_get_priority_min sched_rr_get_interval sched_rr_get_interval_time64
   uname sysinfo getrandom`,
  // to lock oneself in further
  `landlock_create_ruleset landlock_add_rule landlock_restrict_self`,
  // signals
  `rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigqueueinfo rt_tgsigqueueinfo rt_sigsuspend
   rt_sigtimedwait rt_sigtimedwait_time64 sigaltstack sigprocmask sigreturn pause`,
  // time; that the clock itself can be set needs a capability, which adjtimex asks for
  `time gettimeofday clock_gettime clock_gettime64 clock_getres clock_getres_time64 nanosleep clock_nanosleep
   clock_nanosleep_time64 alarm getitimer setitimer timer_create timer_delete timer_getoverrun timer_gettime
   timer_gettime64 timer_settime timer_settime64 adjtimex clock_adjtime clock_adjtime64`,
  // sockets: socket itself is below; 32-bit programs may reach all of this through socketcall
  `socketpair bind connect listen accept accept4 shutdown getsockname getpeername getsockopt setsockopt send sendto
   sendmsg sendmmsg recv recvfrom recvmsg recvmmsg recvmmsg_time64 socketcall`,
  // System V and POSIX: shared memory, semaphores, messages
  `shmget shmat shmdt shmctl semget semop semctl semtimedop semtimedop_time64 msgget msgsnd msgrcv msgctl ipc mq_open
   mq_unlink mq_timedsend mq_timedsend_time64 mq_timedreceive mq_timedreceive_time64 mq_notify mq_getsetattr`,
].join(' ')

/** AF_ALG is the kernel's cryptography (38), AF_VSOCK the way to the hypervisor (40): any family but these two. */
const sockets: ProfileRule[] = [
  allow('socket', { args: [{ index: 0, value: 38, op: 'SCMP_CMP_LT' }] }),
  allow('socket', { args: [{ index: 0, value: 39, op: 'SCMP_CMP_EQ' }] }),
  allow('socket', { args: [{ index: 0, value: 40, op: 'SCMP_CMP_GT' }] }),
]

/** PER_LINUX, PER_LINUX32, each also with UNAME26, and the question which one it is: not ADDR_NO_RANDOMIZE. */
const personalities = [0x0, 0x8, 0x20000, 0x20008, 0xffffffff].map((value) =>
  allow('personality', { args: [{ index: 0, value, op: 'SCMP_CMP_EQ' }] }),
)

/** CLONE_NEW… of seven kinds; CLONE_NEWTIME has a bit that clone uses for something else. */
const newNamespaces = 0x7e020000

/** Without CAP_SYS_ADMIN: no new namespaces, and no clone3, whose flags lie in memory, where a filter cannot look. */
const clones: ProfileRule[] = [
  allow('clone', {
    args: [{ index: 0, value: newNamespaces, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' }],
    excludes: { caps: ['CAP_SYS_ADMIN'], arches: ['s390', 's390x'] },
  }),
  allow('clone', {
    args: [{ index: 1, value: newNamespaces, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' }],
    includes: { arches: ['s390', 's390x'] },
    excludes: { caps: ['CAP_SYS_ADMIN'] },
  }),
  {
    names: ['clone3'],
    action: 'SCMP_ACT_ERRNO',
    // "there is no such call": then libraries take clone. ENOSYS
    errnoRet: 38,
    excludes: { caps: ['CAP_SYS_ADMIN'] },
  },
]

/** Who has the capability gets the calls that it is for. */
const withCapability: Readonly<Record<string, string>> = {
  CAP_SYS_ADMIN: `mount umount umount2 mount_setattr move_mount open_tree fsopen fsconfig fsmount fspick
    clone clone3 unshare setns sethostname setdomainname bpf perf_event_open fanotify_init quotactl quotactl_fd syslog
    lookup_dcookie lsm_get_self_attr lsm_set_self_attr lsm_list_modules`,
  CAP_SYS_PTRACE: 'ptrace process_vm_readv process_vm_writev process_madvise pidfd_getfd kcmp',
  CAP_SYS_MODULE: 'init_module finit_module delete_module',
  CAP_SYS_TIME: 'settimeofday stime clock_settime clock_settime64',
  CAP_SYS_NICE: 'mbind get_mempolicy set_mempolicy set_mempolicy_home_node',
  CAP_SYS_RAWIO: 'iopl ioperm',
  CAP_SYS_BOOT: 'reboot',
  CAP_SYS_CHROOT: 'chroot',
  CAP_SYS_PACCT: 'acct',
  CAP_SYS_TTY_CONFIG: 'vhangup',
  CAP_DAC_READ_SEARCH: 'open_by_handle_at',
  CAP_SYSLOG: 'syslog',
  CAP_BPF: 'bpf',
  CAP_PERFMON: 'perf_event_open',
}

/** What only some processors have. */
const ofProcessors: readonly (readonly [arches: string, names: string])[] = [
  ['amd64 x32', 'arch_prctl'],
  ['amd64 x32 x86', 'modify_ldt'],
  ['arm arm64', 'arm_fadvise64_64 arm_sync_file_range sync_file_range2 breakpoint cacheflush set_tls'],
  ['ppc64le', 'sync_file_range2 swapcontext'],
  ['s390 s390x', 's390_pci_mmio_read s390_pci_mmio_write s390_runtime_instr'],
  ['riscv64', 'riscv_flush_icache'],
]

/** Docker's default profile. Programs of 32 bits run under it, too, with the same rules. */
export const defaultProfile: Profile = {
  defaultAction: 'SCMP_ACT_ERRNO',
  // EPERM
  defaultErrnoRet: 1,
  archMap: [
    { architecture: 'SCMP_ARCH_X86_64', subArchitectures: ['SCMP_ARCH_X86', 'SCMP_ARCH_X32'] },
    { architecture: 'SCMP_ARCH_AARCH64', subArchitectures: ['SCMP_ARCH_ARM'] },
  ],
  syscalls: [
    allow(harmless),
    // a tracer could change a call after the filter had seen it, until Linux 4.8
    allow('ptrace process_vm_readv process_vm_writev', { includes: { minKernel: '4.8' } }),
    ...sockets,
    ...personalities,
    ...clones,
    ...ofProcessors.map(([arches, names]) => allow(names, { includes: { arches: words(arches) } })),
    ...Object.entries(withCapability).map(([capability, names]) =>
      allow(names, { includes: { caps: [capability] } }),
    ),
  ],
}
