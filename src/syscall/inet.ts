// Sockets with an address of the internet: to take a port of this machine, and to learn which one it became. ip(7)

import * as C from './constants.ts'
import { type Fd, named, type Syscall, syscall } from './syscall.ts'

/** struct sockaddr_in: the family, the port and the address, both big-endian, and eight bytes of nothing */
const addressSize = 16

/** Take an address and a port of this machine; port 0 means any that is free. bind(2) */
export function bindInternet(fd: Fd, address: string, port: number): Syscall {
  const bytes = Buffer.alloc(addressSize)
  bytes.writeUInt16LE(C.AF_INET, 0)
  bytes.writeUInt16BE(port, 2)
  Buffer.from(address.split('.').map(Number)).copy(bytes, 4)
  return syscall('bind', fd, named(`{AF_INET, ${address}:${port}}`, bytes), bytes.length)
}

/** Which address and port is it? `into` (16 bytes) gets struct sockaddr_in. getsockname(2) */
export function getsockname(fd: Fd, into: Uint8Array): Syscall {
  const length = new Uint8Array(new Uint32Array([into.length]).buffer)
  return syscall('getsockname', fd, into, named(`[${into.length}]`, length))
}

/** The port in a struct sockaddr_in. */
export function portIn(address: Buffer): number {
  return address.readUInt16BE(2)
}

/** Another socket may have had the port a moment ago: what is left of its connections is no reason to refuse. socket(7) */
export function reuseAddress(fd: Fd): Syscall {
  const on = named('[1]', new Uint8Array(new Uint32Array([1]).buffer))
  // asm-generic/socket.h
  return syscall('setsockopt', fd, named('SOL_SOCKET', 1), named('SO_REUSEADDR', 2), on, 4)
}
