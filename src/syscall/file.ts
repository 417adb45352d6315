// Calls on files and descriptors. Paths that begin with no `/` start at `dir` (the current directory: AT_FDCWD).

import * as C from './constants.ts'
import { flagNames } from './flags.ts'
import { dirFd } from './mount.ts'
import { type Arg, type Fd, flags, named, octal, oneOf, type Syscall, syscall } from './syscall.ts'

/** open(2) */
export function openat(dir: Fd, path: string, openFlags: number, mode = 0): Syscall {
  const makes = (openFlags & C.O_CREAT) !== 0
  return syscall('openat', dirFd(dir), path, flags('O_', openFlags), ...(makes ? [octal(mode)] : []))
}

/**
 * Open with a rule for how the path is resolved: `RESOLVE_IN_ROOT` treats `dir` as the root, whatever links the
 * path meets. openat2(2), struct open_how
 */
export function openat2(
  dir: Fd,
  path: string | Uint8Array,
  openFlags: number,
  resolve: number,
  mode = 0,
): Syscall {
  const how = new BigUint64Array([BigInt(openFlags), BigInt(mode), BigInt(resolve)])
  const words = `{flags=${flagNames('O_', openFlags)}, resolve=${flagNames('RESOLVE_', resolve)}}`
  const shown = named(words, new Uint8Array(how.buffer))
  return syscall('openat2', dirFd(dir), path, shown, 24)
}

/** read(2): at most the length of `into`; `least` 1 makes the end of the file a failure. */
export function read(fd: Fd, into: Uint8Array, least = 0): Syscall {
  return { ...syscall('read', fd, into, into.length), least }
}

/** write(2) */
export function write(fd: Fd, data: string | Uint8Array): Syscall {
  return syscall('write', fd, data, typeof data === 'string' ? Buffer.byteLength(data) : data.length)
}

/** close(2) */
export function close(fd: Fd): Syscall {
  return syscall('close', fd)
}

/** Make `to` another name of `from`; what `to` was is closed. dup(2) */
export function dup3(from: Fd, to: number, dupFlags = 0): Syscall {
  return syscall('dup3', from, to, dupFlags === 0 ? 0 : flags('O_', dupFlags))
}

/** Close all descriptors from `first` to `last`. close_range(2), Linux 5.9 */
export function close_range(first: number, last: number): Syscall {
  return syscall('close_range', first, last, 0)
}

/** A pipe: `into` (8 bytes) gets the descriptors of its reading and its writing end. pipe(2) */
export function pipe2(into: Uint8Array, pipeFlags: number): Syscall {
  return syscall('pipe2', into, flags('O_', pipeFlags))
}

/**
 * Wait until something can be read from one of `fds`, or whatever is behind it has ended, for a process id descriptor
 * its process; or until the time is over. poll(2), struct pollfd
 */
export function ppoll(fds: readonly number[], milliseconds?: number): Syscall {
  const list = Buffer.alloc(8 * fds.length)
  for (const [i, fd] of fds.entries()) {
    list.writeInt32LE(fd, 8 * i)
    list.writeInt16LE(POLLIN, 8 * i + 4)
  }
  return syscall('ppoll', named(`[${fds.join(', ')}]`, list), fds.length, timespec(milliseconds), 0, 8)
}

/** struct timespec, seconds and nanoseconds; a null pointer is for ever. */
function timespec(milliseconds: number | undefined): Arg {
  if (milliseconds === undefined) return named('NULL', 0)
  const whole = Math.max(0, Math.round(milliseconds))
  const struct = new BigInt64Array([BigInt(Math.floor(whole / 1000)), BigInt(whole % 1000) * 1_000_000n])
  return named(`{${whole} ms}`, new Uint8Array(struct.buffer))
}

/** asm-generic/poll.h */
const POLLIN = 1

/** A file in memory that has no name in any directory. memfd_create(2) */
export function memfd_create(name: string, memfdFlags: number): Syscall {
  return syscall('memfd_create', name, flags('MFD_', memfdFlags))
}

/** fcntl(2) with a command that takes a number */
export function fcntl(fd: Fd, command: number, value: number): Syscall {
  return syscall('fcntl', fd, oneOf('F_', command), value)
}

/** ioctl(2) on a terminal */
export function ioctl(fd: Fd, request: number, argument: Arg = 0): Syscall {
  return syscall('ioctl', fd, oneOf('TIOC', request), argument)
}

/** The settings of a terminal: read into `settings` (TCGETS), or set from it (TCSETSW). ioctl_tty(2) */
export function terminalSettings(
  fd: Fd,
  request: typeof C.TCGETS | typeof C.TCSETSW,
  settings: Uint8Array,
): Syscall {
  return syscall('ioctl', fd, oneOf('TC', request), settings)
}

/** flock(2): a lock that goes with its holder. */
export function flock(fd: Fd, operation: number): Syscall {
  return syscall('flock', fd, flags('LOCK_', operation))
}

/** mkdir(2) */
export function mkdirat(dir: Fd, path: string, mode: number): Syscall {
  return syscall('mkdirat', dirFd(dir), path, octal(mode))
}

/** A device, a fifo or an empty file; `device` from `makedev`. mknod(2) */
export function mknodat(dir: Fd, path: string | Uint8Array, mode: number, device = 0): Syscall {
  const shown = device === 0 ? device : named(`makedev(${device >>> 8}, ${device & 0xff})`, device)
  return syscall('mknodat', dirFd(dir), path, octal(mode), shown)
}

/** A device number out of its two parts. makedev(3): 12 bits of major, 20 of minor, oddly packed. */
export function makedev(major: number, minor: number): number {
  return ((minor & 0xff) | ((major & 0xfff) << 8) | ((minor & ~0xff) << 12)) >>> 0
}

/** symlink(2) */
export function symlinkat(target: string, dir: Fd, path: string): Syscall {
  return syscall('symlinkat', target, dirFd(dir), path)
}

/** unlink(2), rmdir(2) with `AT_REMOVEDIR` */
export function unlinkat(dir: Fd, path: string, unlinkFlags = 0): Syscall {
  return syscall('unlinkat', dirFd(dir), path, unlinkFlags === 0 ? 0 : flags('AT_', unlinkFlags))
}

/** chmod(2): not held back by the umask */
export function fchmodat(dir: Fd, path: string, mode: number): Syscall {
  return syscall('fchmodat', dirFd(dir), path, octal(mode))
}

/** chown(2); -1 leaves the owner or the group as it is */
export function fchown(fd: Fd, uid: number, gid: number): Syscall {
  return syscall('fchown', fd, uid, gid)
}

/**
 * Set the times of last access and of last change, both to the same moment, in whole seconds and nanoseconds.
 * `path` 0 means the file behind the descriptor `dir` itself. utimensat(2)
 */
export function utimensat(
  dir: Fd,
  path: string | Uint8Array | 0,
  seconds: number,
  nanoseconds: number,
  atFlags = 0,
): Syscall {
  const moment = [BigInt(seconds), BigInt(nanoseconds)]
  const times = new Uint8Array(new BigInt64Array([...moment, ...moment]).buffer)
  const shown = named(`[{${seconds}, ${nanoseconds}}, {${seconds}, ${nanoseconds}}]`, times)
  return syscall('utimensat', dirFd(dir), path, shown, atFlags === 0 ? 0 : flags('AT_', atFlags))
}

/** umask(2) */
export function umask(mask: number): Syscall {
  return syscall('umask', octal(mask))
}

/** Set an extended attribute of `path` itself, also of a symbolic link. setxattr(2) */
export function lsetxattr(path: string | Uint8Array, name: string, value: Uint8Array): Syscall {
  return syscall('lsetxattr', path, name, value, value.length, 0)
}

/** Read an extended attribute into `into`; the result is its length. getxattr(2) */
export function lgetxattr(path: string | Uint8Array, name: string, into: Uint8Array): Syscall {
  return syscall('lgetxattr', path, name, into, into.length)
}

/** The names of all extended attributes, each with a NUL behind it. listxattr(2) */
export function llistxattr(path: string | Uint8Array, into: Uint8Array): Syscall {
  return syscall('llistxattr', path, into, into.length)
}

/** What file system is the open file on? As statfs. fstatfs(2) */
export function fstatfs(fd: Fd, into: Uint8Array): Syscall {
  return syscall('fstatfs', fd, into)
}

/** What file system is `path` on? `into` (120 bytes) gets struct statfs; its first 8 bytes are the type. statfs(2) */
export function statfs(path: string, into: Uint8Array): Syscall {
  return syscall('statfs', path, into)
}
