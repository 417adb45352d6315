// Calls that change what a process is: its program, its namespaces, its rights, its end.

import * as C from './constants.ts'
import { type Fd, flags, named, oneOf, type Syscall, syscall } from './syscall.ts'

/** Become another program; there is no return. `path` is not looked up anywhere. execve(2) */
export function execve(path: string, argv: readonly string[], env: readonly string[]): Syscall {
  return syscall('execve', path, argv, named(`[/* ${env.length} vars */]`, env))
}

/** Become the program in the open file `fd`, whatever name it has, or none. execveat(2), AT_EMPTY_PATH */
export function execveat(fd: Fd, argv: readonly string[], env: readonly string[]): Syscall {
  const shown = named(`[/* ${env.length} vars */]`, env)
  return syscall('execveat', fd, '', argv, shown, flags('AT_', C.AT_EMPTY_PATH))
}

/** Leave the namespaces named in `namespaces` for new ones of one's own. unshare(2) */
export function unshare(namespaces: number): Syscall {
  return syscall('unshare', flags('CLONE_', namespaces))
}

/** Enter namespaces: one that `fd` refers to, or several of the process behind a pidfd. setns(2) */
export function setns(fd: Fd, namespaces: number): Syscall {
  return syscall('setns', fd, flags('CLONE_', namespaces))
}

/** A new session without a terminal, led by this process. setsid(2) */
export function setsid(): Syscall {
  return syscall('setsid')
}

/** A process group: `group` 0 is one of its own, led by this process. setpgid(2) */
export function setpgid(pid: number, group: number): Syscall {
  return syscall('setpgid', pid, group)
}

/** The name of this machine, as the UTS namespace knows it. sethostname(2) */
export function sethostname(name: string): Syscall {
  return syscall('sethostname', name, Buffer.byteLength(name))
}

/** The NIS domain name of the UTS namespace. setdomainname(2) */
export function setdomainname(name: string): Syscall {
  return syscall('setdomainname', name, Buffer.byteLength(name))
}

/** Operations on the process itself. prctl(2) */
export function prctl(option: number, value = 0): Syscall {
  return syscall(
    'prctl',
    oneOf('PR_', option),
    option === C.PR_SET_PDEATHSIG ? oneOf('SIG', value) : value,
    0,
    0,
    0,
  )
}

/** Drop a capability from the bounding set for good. capabilities(7) */
export function dropFromBoundingSet(capability: number, name: string): Syscall {
  return syscall('prctl', oneOf('PR_', C.PR_CAPBSET_DROP), named(name, capability), 0, 0, 0)
}

/** Forget the ambient capabilities. capabilities(7) */
export function clearAmbient(): Syscall {
  return syscall(
    'prctl',
    oneOf('PR_', C.PR_CAP_AMBIENT),
    // linux/prctl.h
    named('PR_CAP_AMBIENT_CLEAR_ALL', 4),
    0,
    0,
    0,
  )
}

/** Keep a capability over execve without being root: it must be permitted and inheritable. capabilities(7), Linux 4.3 */
export function raiseAmbient(capability: number, name: string): Syscall {
  // linux/prctl.h
  const raise = named('PR_CAP_AMBIENT_RAISE', 2)
  return syscall('prctl', oneOf('PR_', C.PR_CAP_AMBIENT), raise, named(name, capability), 0, 0)
}

/** Set the capability sets of this process: three masks of 64 bits. capset(2), _LINUX_CAPABILITY_VERSION_3 */
export function capset(effective: bigint, permitted: bigint, inheritable: bigint): Syscall {
  const header = new Uint8Array(new Uint32Array([0x20080522, 0]).buffer)
  const half = (mask: bigint, n: bigint) => Number((mask >> (32n * n)) & 0xffffffffn)
  const words = [0n, 1n].flatMap((n) => [half(effective, n), half(permitted, n), half(inheritable, n)])
  const hex = (mask: bigint) => `0x${mask.toString(16)}`
  const shown = `{effective=${hex(effective)}, permitted=${hex(permitted)}, inheritable=${hex(inheritable)}}`
  return syscall(
    'capset',
    named('{version=3, pid=0}', header),
    named(shown, new Uint8Array(new Uint32Array(words).buffer)),
  )
}

/**
 * From now on this program, in classic BPF, decides about every call of this process and of its children; nothing takes it
 * away again. `program` is an array of struct sock_filter. seccomp(2), SECCOMP_SET_MODE_FILTER, struct sock_fprog
 * @param filterFlags of SECCOMP_FILTER_FLAG_
 */
export function seccomp(program: Uint8Array, filterFlags = 0): Syscall {
  const count = program.length / 8
  return syscall(
    'seccomp',
    oneOf('SECCOMP_SET_MODE_', C.SECCOMP_SET_MODE_FILTER),
    flags('SECCOMP_FILTER_FLAG_', filterFlags),
    named(`{len=${count}, filter=…}`, { words: [count, program] }),
  )
}

/** Leave the session's keyring for a new one called `name`. keyctl(2), KEYCTL_JOIN_SESSION_KEYRING */
export function joinSessionKeyring(name: string): Syscall {
  return syscall('keyctl', named('KEYCTL_JOIN_SESSION_KEYRING', 1), name)
}

/**
 * A limit of this process: `soft` holds, and may be raised to `hard`; -1 is no limit. prlimit(2), struct rlimit64
 * @param name for people: `RLIMIT_NOFILE`
 */
export function prlimit64(name: string, resource: number, soft: number, hard: number): Syscall {
  const struct = new BigInt64Array([BigInt(soft), BigInt(hard)])
  const shown = named(`{${soft}, ${hard}}`, new Uint8Array(struct.buffer))
  return syscall('prlimit64', 0, named(name, resource), shown, 0)
}

/** setresuid(2): real, effective and saved user id at once */
export function setresuid(uid: number): Syscall {
  return syscall('setresuid', uid, uid, uid)
}

/** setresgid(2) */
export function setresgid(gid: number): Syscall {
  return syscall('setresgid', gid, gid, gid)
}

/** setresuid(2), but of the three only the effective one; with it goes the one that files are made with. */
export function seteuid(uid: number): Syscall {
  return syscall('setresuid', -1, uid, -1)
}

/** The same for the group. */
export function setegid(gid: number): Syscall {
  return syscall('setresgid', -1, gid, -1)
}

/** The supplementary groups. setgroups(2) */
export function setgroups(gids: readonly number[]): Syscall {
  const list = new Uint8Array(new Uint32Array(gids).buffer)
  return syscall('setgroups', gids.length, gids.length === 0 ? 0 : named(`[${gids.join(', ')}]`, list))
}

/** kill(2); signal 0 only asks whether the process is there */
export function kill(pid: number, signal: number): Syscall {
  return syscall('kill', pid, oneOf('SIG', signal))
}

/** A descriptor that means this process, and no later one with the same number. pidfd_open(2), Linux 5.3 */
export function pidfd_open(pid: number): Syscall {
  return syscall('pidfd_open', pid, 0)
}

/** pidfd_send_signal(2), Linux 5.1 */
export function pidfd_send_signal(pidfd: Fd, signal: number): Syscall {
  return syscall('pidfd_send_signal', pidfd, oneOf('SIG', signal), 0, 0)
}

/** How did the child end? `status` (4 bytes) gets the answer. wait4(2) */
export function wait4(pid: number, status: Uint8Array, options: number): Syscall {
  return syscall('wait4', pid, status, flags('W', options), 0)
}

/** Fill `into` with random bytes. getrandom(2) */
export function getrandom(into: Uint8Array): Syscall {
  return syscall('getrandom', into, into.length, 0)
}

/** The end, with a status. exit_group(2) */
export function exit_group(status: number): Syscall {
  return syscall('exit_group', status)
}

/**
 * What happens on `signal`: 32 zero bytes mean "as if no one had ever asked". sigaction(2), struct kernel_sigaction
 */
export function resetSignal(signal: number): Syscall {
  return syscall('rt_sigaction', oneOf('SIG', signal), named('{SIG_DFL}', new Uint8Array(32)), 0, 8)
}

/** Which signals wait at the door: a mask of 64 bits. sigprocmask(2) */
export function sigprocmask(how: number, mask: bigint): Syscall {
  const bytes = new Uint8Array(new BigUint64Array([mask]).buffer)
  const shown = mask === 0n ? '[]' : mask === 0xffffffffffffffffn ? '~[]' : `0x${mask.toString(16)}`
  return syscall('rt_sigprocmask', oneOf('SIG_', how), named(shown, bytes), 0, 8)
}
