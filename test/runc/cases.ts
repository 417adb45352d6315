// The integration tests of runc that are about holding a program, read one by one (runc 1.4, tests/integration/*.bats): what each
// is here. Facts carry over, code does not.

/** Made here: a container, and what it says. */
export interface Made {
  readonly file: string
  readonly name: string
  readonly flags?: readonly string[]
  /** An image of runc/images.ts. */
  readonly image?: string
  readonly script: string
  /** What it prints, error messages with it. */
  readonly says: string | RegExp
  readonly status?: number
  /** In the container that runs `sleep`, after it was started. */
  readonly exec?: readonly string[]
}

/** A test that there is: its file, and words of its name. */
export interface Elsewhere {
  readonly file: string
  readonly name: string
  readonly test: readonly [file: string, words: string]
}

/** Of no use here, and why. */
export interface Without {
  readonly file: string
  readonly name: string
  readonly why: string
}

export type Case = Made | Elsewhere | Without

const noFlag = 'there is no flag for it, as in Docker; a bundle of one’s own is a matter for the OCI runtime'
const rootless = 'the engine runs as root'
const systemd = 'cgroups are made by the kernel’s files, without systemd'

export const cases: readonly Case[] = [
  {
    file: 'mask',
    name: 'mask paths [file]',
    script: 'wc -c < /proc/keys; rm /proc/keys 2>&1; umount /proc/keys 2>&1; true',
    says: /^0\n[\s\S]*not permitted[\s\S]*not permitted/,
  },
  {
    file: 'mask',
    name: 'mask paths [directory]',
    script: 'ls -A /sys/firmware; touch /sys/firmware/foo 2>&1; umount /sys/firmware 2>&1; true',
    says: /^touch: .*(Read-only file system|No space)[\s\S]*not permitted/,
  },
  {
    file: 'mask',
    name: 'mask paths [duplicate paths]',
    why: 'the list is the engine’s own, and has none twice',
  },
  {
    file: 'mask',
    name: 'mask paths [prohibit symlink /proc]',
    test: ['cli/hostile.test.ts', 'as a link to a directory of the host'],
  },
  {
    file: 'mask',
    name: 'mask paths [prohibit symlink /sys]',
    test: ['cli/hostile.test.ts', 'as a link to a directory of the host'],
  },
  {
    file: 'mask',
    name: 'mask paths [directories share tmpfs]',
    why: 'each has one of its own, of one block and one inode: as little memory, and nothing that could be shared',
  },
  {
    file: 'mask',
    name: 'mask paths [directory with read-only rootfs]',
    flags: ['--read-only'],
    script: 'ls -A /sys/firmware; echo end',
    says: 'end\n',
  },
  {
    file: 'capabilities',
    name: 'runc run no capability',
    flags: ['--cap-drop', 'ALL'],
    script: 'grep CapEff /proc/self/status',
    says: 'CapEff:\t0000000000000000\n',
  },
  {
    file: 'capabilities',
    name: 'runc run with unknown capability',
    flags: ['--cap-add', 'UNKNOWN'],
    script: 'true',
    says: 'gocker: invalid CapAdd: unknown capability: "CAP_UNKNOWN"\n',
    status: 125,
  },
  {
    file: 'capabilities',
    name: 'runc run with new privileges',
    flags: ['--security-opt', 'no-new-privileges=false'],
    script: 'grep NoNewPrivs /proc/self/status',
    says: 'NoNewPrivs:\t0\n',
  },
  {
    file: 'capabilities',
    name: 'runc run with some capabilities',
    flags: ['--cap-drop', 'ALL', '--cap-add', 'CHOWN', '--cap-add', 'NET_ADMIN'],
    script: "grep -E 'Cap(Prm|Eff|Bnd|Inh)' /proc/self/status",
    says: 'CapInh:\t0000000000000000\nCapPrm:\t0000000000001001\nCapEff:\t0000000000001001\nCapBnd:\t0000000000001001\n',
  },
  { file: 'capabilities', name: 'runc exec --cap', why: noFlag },
  { file: 'capabilities', name: 'runc exec --cap [ambient is set from spec]', why: noFlag },
  {
    file: 'capabilities',
    name: 'runc run [ambient caps not set in inheritable result in a warning]',
    test: ['security.test.ts', 'can be ambient, for an ordinary user'],
  },
  {
    file: 'seccomp',
    name: 'runc run [seccomp -ENOSYS handling]',
    test: ['attacks/cage.test.ts', 'is what was promised'],
  },
  {
    file: 'seccomp',
    name: 'runc run [seccomp defaultErrnoRet=ENXIO]',
    test: ['cli/seccomp.test.ts', 'may have a reason of its own'],
  },
  {
    file: 'seccomp',
    name: 'runc run [seccomp] (SCMP_ACT_ERRNO default)',
    script: 'unshare --mount true 2>&1',
    says: /Operation not permitted/,
    status: 1,
  },
  {
    file: 'seccomp',
    name: 'runc run [seccomp] (SCMP_ACT_ERRNO explicit errno)',
    test: ['cli/seccomp.test.ts', 'may have a reason of its own'],
  },
  {
    file: 'seccomp',
    name: 'runc run [seccomp] (SECCOMP_FILTER_FLAG_*)',
    test: ['../src/security/seccomp-profile.test.ts', 'SECCOMP_FILTER_FLAG_LOG'],
  },
  {
    file: 'seccomp',
    name: 'runc run [seccomp] (SCMP_ACT_KILL)',
    test: ['cli/seccomp.test.ts', 'SCMP_ACT_KILL'],
  },
  { file: 'seccomp', name: 'runc run [seccomp] (startContainer hook)', why: 'there are no hooks' },
  {
    file: 'seccomp',
    name: 'runc run [seccomp] (verify syscall compatibility after seccomp enforcement)',
    test: ['cli/seccomp.test.ts', 'that refuses what gocker itself has to do'],
  },
  {
    file: 'cgroups',
    name: 'runc create (no limits + no cgrouppath + no permission) succeeds',
    why: rootless,
  },
  { file: 'cgroups', name: 'runc create (rootless + …): three cases', why: rootless },
  {
    file: 'cgroups',
    name: 'runc exec (limits + cgrouppath + permission on the cgroup dir) succeeds',
    why: rootless,
  },
  {
    file: 'cgroups',
    name: 'runc exec (cgroup v2 + init process in non-root cgroup) succeeds',
    why: 'the cgroup of a container is read-only inside: its processes stay where they are',
  },
  { file: 'cgroups', name: 'runc run (cgroup v1 + unified resources should fail)', why: noFlag },
  { file: 'cgroups', name: 'runc run (blkio weight)', test: ['../src/cgroup/resources.test.ts', 'weight'] },
  { file: 'cgroups', name: 'runc run (weights and limits for single devices)', why: noFlag },
  {
    file: 'cgroups',
    name: 'runc run (cpu.idle), (hugetlb limits), (cgroup v2 resources.unified …)',
    why: noFlag,
  },
  {
    file: 'cgroups',
    name: 'runc run (pids.limit=0 means 1)',
    why: 'for Docker’s command line 0 means no limit, and here, too',
  },
  {
    file: 'cgroups',
    name: 'runc run (pids.limit=-1 means unlimited)',
    flags: ['--pids-limit', '-1'],
    script: 'cat /sys/fs/cgroup/pids.max /sys/fs/cgroup/pids/pids.max 2> /dev/null; true',
    says: 'max\n',
  },
  {
    file: 'cgroups',
    name: 'runc run (cgroupv2 mount inside container)',
    script: 'cut -d: -f3 /proc/self/cgroup | sort -u; touch /sys/fs/cgroup/x 2>&1; true',
    says: /^\/\ntouch: .*Read-only file system/,
  },
  {
    file: 'cgroups',
    name: 'runc exec (cgroup v1+hybrid joins correct cgroup)',
    test: ['cli/exec.test.ts', 'joins its cgroup, in every hierarchy'],
  },
  {
    file: 'cgroups',
    name: 'runc exec should refuse a paused container',
    test: ['cli/lifecycle.test.ts', 'pause stops all of it where it is'],
  },
  { file: 'cgroups', name: 'runc exec --ignore-paused', why: noFlag },
  {
    file: 'cgroups',
    name: 'runc run/create should error for a non-empty cgroup, or refuse a frozen one',
    why: 'each container has a cgroup named by its id, which is made for it',
  },
  { file: 'mounts', name: 'runc run [tmpcopyup]', why: noFlag },
  {
    file: 'mounts',
    name: 'runc run [bind mount]',
    test: ['cli/volumes.test.ts', 'is read and written, or read only'],
  },
  {
    file: 'mounts',
    name: 'runc run [ro tmpfs mount]',
    flags: ['--tmpfs', '/place:ro,mode=755'],
    script: "grep ' /place ' /proc/mounts; touch /place/x 2>&1; true",
    says: /^tmpfs \/place tmpfs ro,[\s\S]*Read-only file system/,
  },
  { file: 'mounts', name: 'runc run [ro /dev mount]', why: noFlag },
  {
    file: 'mounts',
    name: 'runc run [tmpfs mount with absolute symlink]',
    image: 'runc-links',
    flags: ['--tmpfs', '/conf/stack'],
    script: 'stat -f -c %T /real/conf/stack',
    says: 'tmpfs\n',
  },
  {
    file: 'mounts',
    name: 'runc run [/proc is a symlink]',
    test: ['cli/hostile.test.ts', 'as a link to a directory of the host'],
  },
  {
    file: 'mounts',
    name: 'runc run [setgid / + mkdirall]',
    image: 'runc-links',
    flags: ['--tmpfs', '/setgid/a/b/c'],
    script: 'stat -c %a /setgid /setgid/a /setgid/a/b',
    says: '7755\n2755\n2755\n',
  },
  {
    file: 'mounts',
    name: 'runc run [tmpfs mount mode= inherit]',
    why: 'a tmpfs has the mode that was asked for, or 1777 as the kernel gives it; the list of calls is made before anything is looked at',
  },
  {
    file: 'mounts',
    name: 'runc run [tmpfs mount explicit mode=]',
    image: 'runc-links',
    flags: ['--tmpfs', '/there:mode=1500'],
    script: 'stat -c %a /there; grep -c " /there tmpfs .*mode=1500" /proc/mounts',
    says: '1500\n1\n',
  },
  {
    file: 'mounts',
    name: 'runc run [tmpfs mount mode=1777 default]',
    flags: ['--tmpfs', '/non-existent/foo'],
    script: 'stat -c %a /non-existent /non-existent/foo',
    says: '755\n1777\n',
  },
  {
    file: 'mounts',
    name: 'runc run [ro /sys/fs/cgroup mounts], with and without a cgroup namespace',
    script: "grep ' /sys/fs/cgroup' /proc/mounts | grep -vc ' ro,'; true",
    says: '0\n',
  },
  {
    file: 'mounts',
    name: 'runc run [mount order, container bind-mount source]',
    why: 'sources are opened before the first mount is made: none can be in the container',
  },
  {
    file: 'mounts',
    name: 'runc run [bind mount through a dangling symlink component]',
    image: 'runc-dangling',
    script: 'grep -c localhost /etc/hosts',
    says: /^[1-9]/,
  },
  {
    file: 'mounts',
    name: 'runc run [bind mount through a trailing dangling symlink]',
    test: ['cli/hostile.test.ts', 'as a link to a file of the host'],
  },
  {
    file: 'mounts_propagation',
    name: 'runc run [rootfsPropagation shared]',
    why: 'the root is private, and there is no flag; that of a volume is in src/rootfs/mounts.test.ts',
  },
  {
    file: 'mounts_recursive',
    name: 'runc run [rbind,ro mount …]',
    test: ['cli/volumes.test.ts', 'read only means what is mounted in it, too'],
  },
  {
    file: 'no_pivot',
    name: 'runc run --no-pivot must not expose bare /proc',
    why: 'there is no such flag: the root changes by pivot_root, always',
  },
  {
    file: 'cwd',
    name: 'runc exec --user with no access to cwd',
    image: 'runc-links',
    flags: ['-u', '42', '-w', '/of-42'],
    script: 'sleep 1000',
    exec: ['--user', '0'],
    says: 'entered\n',
  },
  { file: 'cwd', name: 'runc create sets up user before chdir to cwd if needed', why: rootless },
  {
    file: 'cwd',
    name: 'runc create can chdir if runc has access',
    image: 'runc-links',
    flags: ['-u', '42', '-w', '/of-root'],
    script: 'ls / > /dev/null && echo works',
    says: 'works\n',
  },
  {
    file: 'dev',
    name: 'runc run [redundant default /dev/tty]',
    flags: ['--device', '/dev/tty'],
    script: 'stat -Lc "%A %u %g %t %T" /dev/tty',
    says: 'crw-rw-rw- 0 0 5 0\n',
  },
  {
    file: 'dev',
    name: 'runc run [redundant default /dev/ptmx]',
    flags: ['--device', '/dev/ptmx'],
    script: 'stat -Lc "%A %u %g %t %T" /dev/ptmx',
    says: 'crw-rw-rw- 0 0 5 2\n',
  },
  {
    file: 'dev',
    name: 'runc run/update [device cgroup deny]',
    flags: ['--cap-add', 'SYSLOG'],
    script: 'mknod /kmsg c 1 11; head -c 1 /kmsg 2>&1; true',
    says: /Operation not permitted/,
  },
  {
    file: 'dev',
    name: 'runc run [device cgroup allow rw char device]',
    flags: ['--cap-add', 'SYSLOG', '--device', '/dev/kmsg'],
    script: 'dd if=/dev/kmsg of=/dev/null bs=8192 count=1 2> /dev/null && echo read',
    says: 'read\n',
  },
  {
    file: 'dev',
    name: 'runc run [device cgroup allow rm block device]',
    flags: ['--device', '/dev/loop0'],
    script:
      'mknod /block b 7 0 && head -c 1 /block > /dev/null && head -c 1 /dev/loop0 > /dev/null && echo opened',
    says: 'opened\n',
  },
  {
    file: 'dev',
    name: 'runc exec vs systemctl daemon-reload, devices vs systemd NeedDaemonReload',
    why: systemd,
  },
  {
    file: 'userns',
    name: 'userns with simple mount, inaccessible mounts, and exec',
    test: ['cli/userns.test.ts', 'gives volumes to its root'],
  },
  {
    file: 'userns',
    name: 'userns with bind mount before a cgroupfs mount',
    test: ['cli/userns.test.ts', 'has an init, limits and a read-only root'],
  },
  {
    file: 'userns',
    name: 'userns join other container userns',
    test: ['cli/userns.test.ts', 'shares a network together with its user namespace'],
  },
  { file: 'userns', name: 'userns join external namespaces [wrong userns owner]', why: noFlag },
  {
    file: 'userns',
    name: 'userns with network interface',
    test: ['cli/userns.test.ts', 'has rights over its own network'],
  },
  {
    file: 'exec',
    name: 'runc exec, [exit codes], [execve error]',
    test: ['cli/exec.test.ts', 'has an exit status, and says what it could not start'],
  },
  { file: 'exec', name: 'runc exec --pid-file', why: noFlag },
  {
    file: 'exec',
    name: 'runc exec ls -la with --cwd, --env, --user',
    test: ['cli/exec.test.ts', 'takes a user, a directory and variables of its own'],
  },
  {
    file: 'exec',
    name: 'runc exec --user vs /dev/null ownership',
    script: 'sleep 1000',
    exec: ['--user', '1979'],
    says: 'entered\n',
  },
  { file: 'exec', name: 'runc exec --additional-gids, --preserve-fds, --cgroup, --debug', why: noFlag },
  {
    file: 'exec',
    name: 'runc exec check default home',
    test: ['cli/exec.test.ts', 'takes a user, a directory and variables of its own'],
  },
  {
    file: 'tty',
    name: 'runc run [stdin not a tty], exec [stdin not a tty]',
    test: ['cli/terminal.test.ts', '-it without a terminal is refused'],
  },
  {
    file: 'tty',
    name: 'runc run [tty ptsname]',
    flags: ['-t'],
    script: 'tty; stat -Lc "%t %T" /proc/self/fd/0',
    says: /^\/dev\/pts\/0\r\n88 0\r\n$/,
  },
  {
    file: 'tty',
    name: 'runc run [tty owner]',
    flags: ['-t'],
    script: 'stat -c "%u %g" $(tty)',
    says: /^0 5\r\n$/,
  },
  {
    file: 'tty',
    name: 'runc run [tty owner] ({u,g}id != 0)',
    flags: ['-t', '-u', '1979:1979'],
    script: 'stat -c "%u %g" $(tty)',
    says: /^1979 5\r\n$/,
  },
  { file: 'tty', name: 'runc exec [tty …]', test: ['cli/terminal.test.ts', 'exec brings a further one'] },
  {
    file: 'tty',
    name: 'runc run [terminal=false]',
    script: 'tty; true',
    says: 'not a tty\n',
  },
  {
    file: 'env',
    name: 'env var with new-line is honored',
    flags: ['-e', 'A=first\nsecond'],
    script: 'echo "$A"',
    says: 'first\nsecond\n',
  },
  {
    file: 'env',
    name: 'non-empty HOME env is used, set only once',
    flags: ['-e', 'HOME=/one', '-e', 'HOME=/two'],
    script: 'env | grep ^HOME=',
    says: 'HOME=/two\n',
  },
  { file: 'umask', name: 'umask', script: 'umask', says: '0022\n' },
  {
    file: 'rlimits',
    name: 'runc run with RLIMIT_NOFILE(Smaller than system’s hard value)',
    flags: ['--ulimit', 'nofile=256:512'],
    script: 'ulimit -n; ulimit -Hn',
    says: '256\n512\n',
  },
  {
    file: 'run',
    name: 'runc run with tmpfs perms',
    flags: ['--tmpfs', '/tmp/test:mode=0777'],
    script: 'stat -c %a /tmp/test',
    says: '777\n',
  },
  {
    file: 'run',
    name: 'runc run [/proc/self/exe clone]',
    test: ['cli/guest.test.ts', 'never ours (CVE-2016-9962, CVE-2019-5736)'],
  },
  {
    file: 'start_hello',
    name: 'runc run ({u,g}id != 0)',
    flags: ['-u', '1000:1000'],
    script: 'echo Hello',
    says: 'Hello\n',
  },
  {
    file: 'create',
    name: 'runc create [detect fd leak as comprehensively as possible]',
    test: ['cli/inside.test.ts', 'are open to the program only as 0, 1 and 2'],
  },
]
