// Sockets, as far as the engine needs them: messages to the kernel over netlink, and a line between two processes of
// its own. socket(2), netlink(7)

import * as C from './constants.ts'
import { type Arg, type Fd, flags, named, oneOf, type Syscall, syscall } from './syscall.ts'

/** socket(2) */
export function socket(family: number, type: number, protocol: number): Syscall {
  const shown = family === C.AF_NETLINK ? oneOf('NETLINK_', protocol) : protocol
  return syscall('socket', oneOf('AF_', family), flags('SOCK_', type), shown)
}

/** Two sockets that are connected with each other: `into` (8 bytes) gets their descriptors. socketpair(2) */
export function socketpair(family: number, type: number, into: Uint8Array): Syscall {
  return syscall('socketpair', oneOf('AF_', family), flags('SOCK_', type), 0, into)
}

/** Give the socket a place in the file system, which must be free. bind(2), struct sockaddr_un of unix(7) */
export function bindUnix(fd: Fd, path: string): Syscall {
  const address = Buffer.from(`\0\0${path}\0`)
  address.writeUInt16LE(C.AF_UNIX, 0)
  return syscall('bind', fd, named(`{AF_UNIX, "${path}"}`, address), address.length)
}

/** Let others connect; so many may wait. listen(2) */
export function listen(fd: Fd, waiting: number): Syscall {
  return syscall('listen', fd, waiting)
}

/** Send one message; for netlink the kernel is the other side. `message` may say in words what it holds. sendto(2) */
export function sendto(fd: Fd, message: Arg, length: number): Syscall {
  return syscall('sendto', fd, message, length, 0, 0, 0)
}

/** Receive one message into `into`; the result is its length. recv(2) */
export function recvfrom(fd: Fd, into: Uint8Array, receiveFlags = 0): Syscall {
  return syscall('recvfrom', fd, into, into.length, receiveFlags, 0, 0)
}

/** Set an option; its value is `length` bytes. setsockopt(2) */
export function setsockopt(fd: Fd, level: Arg, option: Arg, value: Arg, length: number): Syscall {
  return syscall('setsockopt', fd, level, option, value, length)
}
