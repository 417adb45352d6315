// A TCP server and its client, in a process each, without an event loop: each call waits, so that what is measured is the way
// and not the program. `node wire.ts serve` tells its port; `node wire.ts ask ADDRESS PORT` tells what it has measured.
//
// The first byte of a connection says what for: `e`, each request is answered with the same; `d`, as much as goes through.

import { attempt, call } from '../../src/syscall/call.ts'
import * as C from '../../src/syscall/constants.ts'
import { close, read, write } from '../../src/syscall/file.ts'
import { bindInternet, getsockname, portIn } from '../../src/syscall/inet.ts'
import { listen, socket } from '../../src/syscall/socket.ts'
import { named, syscall } from '../../src/syscall/syscall.ts'

export interface Wire {
  /** Of one request and its answer, in microseconds. */
  readonly p50: number
  readonly p99: number
  /** In bytes a second. */
  readonly throughput: number
}

const requests = 3000
const requestSize = 64
/** In milliseconds. */
const duration = 1000
const blockSize = 256 * 1024

if (process.argv[2] === 'serve') serve()
else if (process.argv[2] === 'ask')
  console.log(JSON.stringify(ask(process.argv[3]!, Number(process.argv[4]))))

function serve(): never {
  const door = call(socket(C.AF_INET, C.SOCK_STREAM | C.SOCK_CLOEXEC, 0))
  call(bindInternet(door, '0.0.0.0', Number(process.argv[3] ?? 0)))
  call(listen(door, 16))
  const address = Buffer.alloc(16)
  call(getsockname(door, address))
  console.log(portIn(address))
  for (;;) {
    const visitor = call(syscall('accept4', door, 0, 0, C.SOCK_CLOEXEC))
    answer(visitor)
    call(close(visitor))
  }
}

/** Until the visitor has gone. */
function answer(visitor: number): void {
  const purpose = Buffer.alloc(1)
  if (receive(visitor, purpose) < 1) return
  if (purpose.toString() === 'd') {
    const block = Buffer.alloc(blockSize, 'x')
    while (send(visitor, block));
    return
  }
  noDelay(visitor)
  const request = Buffer.alloc(requestSize)
  while (receive(visitor, request) > 0) if (!send(visitor, request)) return
}

function ask(address: string, port: number): Wire {
  const talk = connect(address, port, 'e')
  noDelay(talk)
  const request = Buffer.alloc(requestSize, 'q')
  const times: number[] = []
  for (let i = 0; i < requests; i++) {
    const begin = performance.now()
    send(talk, request)
    for (let got = 0; got < requestSize; ) got += some(talk, request)
    times.push((performance.now() - begin) * 1000)
  }
  call(close(talk))
  const stream = connect(address, port, 'd')
  const block = Buffer.alloc(blockSize)
  let bytes = 0
  const begin = performance.now()
  while (performance.now() - begin < duration) bytes += some(stream, block)
  const seconds = (performance.now() - begin) / 1000
  call(close(stream))
  // the first ones warm up caches and this program
  const sorted = times.slice(requests / 10).toSorted((a, b) => a - b)
  const at = (part: number) => sorted[Math.floor(part * sorted.length)]!
  return { p50: at(0.5), p99: at(0.99), throughput: bytes / seconds }
}

function connect(address: string, port: number, purpose: string): number {
  const line = call(socket(C.AF_INET, C.SOCK_STREAM | C.SOCK_CLOEXEC, 0))
  const { args } = bindInternet(line, address, port)
  call(syscall('connect', ...args))
  send(line, Buffer.from(purpose))
  return line
}

/** @returns 0 or less at the end */
function receive(fd: number, into: Buffer): number {
  return attempt(read(fd, into, into.length))
}

function some(fd: number, into: Buffer): number {
  const length = receive(fd, into)
  if (length <= 0) throw new Error('the server has gone')
  return length
}

/** All of it. @returns false if the other side has gone */
function send(fd: number, bytes: Buffer): boolean {
  for (let sent = 0; sent < bytes.length; ) {
    const rest = sent === 0 ? bytes : bytes.subarray(sent)
    const result = attempt(write(fd, rest))
    if (result < 0) return false
    sent += result
  }
  return true
}

/** Small messages go at once. tcp(7) */
function noDelay(fd: number): void {
  const on = named('[1]', new Uint8Array(new Uint32Array([1]).buffer))
  call(syscall('setsockopt', fd, named('IPPROTO_TCP', 6), named('TCP_NODELAY', 1), on, 4))
}
