// The container's own terminal. devpts(5), pty(7)
//
// Each container gets a devpts of its own, made here as a mount that is attached nowhere (fsmount) and that the child
// puts at /dev/pts. The master end stays with us; the slave end, which becomes the container's 0, 1 and 2, is
// got from the master itself (TIOCGPTPEER): no path is looked up that an image could have bent.

import { attempt, call } from '../syscall/call.ts'
import * as C from '../syscall/constants.ts'
import { close, fstatfs, ioctl, openat, openat2 } from '../syscall/file.ts'
import { fsconfig, fsconfigCreate, fsmount, fsopen } from '../syscall/mount.ts'
import { perform } from '../syscall/perform.ts'
import { type Fd, flags, named, type Step, type Syscall, stepsOf } from '../syscall/syscall.ts'
import { UserError } from './user-error.ts'

const step = stepsOf(11)
const openFlags = C.O_RDWR | C.O_NOCTTY | C.O_CLOEXEC

/** Rows and columns. */
export interface WindowSize {
  readonly rows: number
  readonly columns: number
}

const usual: WindowSize = { rows: 24, columns: 80 }

/** Is the open file a terminal? isatty(3), without node:tty, which takes 3 ms to load. */
export function isTerminal(fd: number): boolean {
  return attempt(ioctl(fd, C.TIOCGWINSZ, new Uint8Array(8))) >= 0
}

/** The size of our own terminal; 24 × 80 if we have none, or one that does not know its size. */
export function windowSize(): WindowSize {
  const winsize = new Uint16Array(4)
  attempt(ioctl(1, C.TIOCGWINSZ, new Uint8Array(winsize.buffer)))
  const [rows, columns] = winsize
  return rows && columns ? { rows, columns } : usual
}

/** The two ends of a terminal: `master` for us, `slave` for the program. Both are the caller's to close. */
export interface Terminal {
  readonly master: number
  readonly slave: number
}

/**
 * The calls that make a devpts and a terminal in it, and those of them whose results are needed later.
 * @param group whose terminals are, on the host
 */
export function terminalSteps(
  size: WindowSize,
  group = 5,
): {
  steps: Step[]
  devpts: Syscall
  master: Syscall
  slave: Syscall
} {
  const fs = fsopen('devpts')
  const devpts = fsmount(fs, C.MOUNT_ATTR_NOSUID | C.MOUNT_ATTR_NOEXEC)
  const master = openat(devpts, 'ptmx', openFlags)
  const ends = slaveSteps(master, size)
  const steps = [
    ...step(
      'a file system of terminals for this container alone, attached nowhere yet',
      fs,
      fsconfig(fs, 'ptmxmode', '0666'),
      fsconfig(fs, 'mode', '0620'),
      fsconfig(fs, 'gid', String(group)),
      fsconfigCreate(fs),
      devpts,
    ),
    ...step('a new terminal in it: this is our end', master),
    ...ends.steps,
    ...step('the file system is made, its description is no longer needed', close(fs)),
  ]
  return { steps, devpts, master, slave: ends.slave }
}

function slaveSteps(master: Fd, size: WindowSize): { steps: Step[]; slave: Syscall } {
  const slave = ioctl(master, C.TIOCGPTPEER, flags('O_', openFlags))
  const steps = [
    ...step(
      'unlock the other end, and make it as large as the window',
      ioctl(master, C.TIOCSPTLCK, new Uint8Array(4)),
      resize(master, size),
    ),
    ...step("the program's end, opened without looking up a path", slave),
  ]
  return { steps, slave }
}

/** Tell the terminal how large its window is; its programs get SIGWINCH. struct winsize, ioctl_tty(2) */
export function resize(master: Fd, { rows, columns }: WindowSize): Syscall {
  const winsize = new Uint8Array(new Uint16Array([rows, columns, 0, 0]).buffer)
  return ioctl(master, C.TIOCSWINSZ, named(`{rows=${rows}, columns=${columns}}`, winsize))
}

const noTerminal = () =>
  new UserError('The container has no devpts at /dev/pts, so it cannot have a terminal. Leave -t away.')

/** A further terminal in the devpts of a running container, for `exec`. */
export function openTerminalIn(pid: number, size: WindowSize): Terminal {
  using directory = openedInside(`/proc/${pid}/root`, 'dev/pts')
  const isDevpts = Buffer.alloc(120)
  call(fstatfs(directory.fd, isDevpts))
  // what lies there is the container's to choose: it must be a devpts before anything in it is opened
  if (isDevpts.readUInt32LE(0) !== C.DEVPTS_SUPER_MAGIC) {
    throw noTerminal()
  }
  const master = call(openat(directory.fd, 'ptmx', openFlags | C.O_NOFOLLOW))
  const { steps, slave } = slaveSteps(master, size)
  return { master, slave: perform(steps)(slave) }
}

/** An image may have /dev as a link, which leads wherever the container has let it lead since: it must be inside. */
function openedInside(root: string, path: string): Disposable & { fd: number } {
  const directory = call(openat(C.AT_FDCWD, root, C.O_PATH | C.O_DIRECTORY | C.O_CLOEXEC))
  const how = C.O_RDONLY | C.O_DIRECTORY | C.O_NOFOLLOW | C.O_CLOEXEC
  const fd = attempt(openat2(directory, path, how, C.RESOLVE_IN_ROOT | C.RESOLVE_NO_MAGICLINKS))
  call(close(directory))
  if (fd < 0) throw noTerminal()
  return { fd, [Symbol.dispose]: () => void call(close(fd)) }
}
