// C memory and C functions, through ffi-rs: the one place where this program leaves JavaScript.
//
// A Buffer may be moved or freed by V8 at any time that it is not in use by a call; memory that a new process
// goes on reading comes from malloc(3), which V8 does not know.

import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

type Ffi = typeof import('ffi-rs')
let ffi: Ffi | undefined

/** ffi-rs, loaded at the first call: what only prints lists needs no library, and runs on any system. */
function library(): Ffi {
  if (ffi) return ffi
  const loaded = requireFfi()
  // the empty path means this program itself, which has libc in it
  loaded.open({ library: 'libc', path: '' })
  ffi = loaded
  return loaded
}

/**
 * ffi-rs has a whole diagnostic report of this process written, only to learn which C library it uses: 3 ms, when
 * Node itself starts in 20. It gets the one line that it looks for.
 */
function requireFfi(): Ffi {
  const { getReport } = process.report
  process.report.getReport = () => ({ header: { glibcVersionRuntime: usesMusl() ? undefined : 'some' } })
  try {
    return createRequire(import.meta.url)('ffi-rs') as Ffi
  } finally {
    process.report.getReport = getReport
  }
}

/** Is musl the C library of this process? On most systems there is none that it could use. */
function usesMusl(): boolean {
  const loader = `/lib/ld-musl-${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}.so.1`
  return existsSync(loader) && readFileSync('/proc/self/maps', 'latin1').includes(loader)
}

/** A number, or bytes that are passed by their address for as long as the call lasts. */
export type Word = number | Uint8Array

/**
 * Call the C function `name` with 64-bit arguments.
 * @returns its result, and errno if the result is -1
 */
export function invoke(name: string, args: readonly Word[]): { result: number; errno: number } {
  const { load, DataType } = library()
  const answer = load({
    library: 'libc',
    funcName: name,
    retType: DataType.I64,
    paramsType: args.map((arg) => (typeof arg === 'number' ? DataType.I64 : DataType.U8Array)),
    paramsValue: args as unknown[],
    errno: true,
  }) as unknown as { value: number; errnoCode: number }
  return { result: answer.value, errno: answer.value === -1 ? answer.errnoCode : 0 }
}

/** A piece of memory outside V8's heap, which JavaScript sees as `bytes` and C at `address`. */
export interface Block {
  readonly address: number
  readonly bytes: Buffer
}

/** Take `size` bytes from malloc(3), all zero. They stay until `free` is called with the block. */
export function allocate(size: number): Block {
  const { result: address } = invoke('calloc', [1, size])
  if (address === 0) throw new Error(`calloc(1, ${size}): out of memory`)
  return view(address, size)
}

export function free(block: Block): void {
  invoke('free', [block.address])
}

/** The memory at `address` as a Buffer, not copied. */
export function view(address: number, size: number): Block {
  const { load, createExternalBuffer, DataType } = library()
  // memmove of nothing: returns the address that it is given, as the pointer type that ffi-rs can wrap
  const pointer = load({
    library: 'libc',
    funcName: 'memmove',
    retType: DataType.External,
    paramsType: [DataType.I64, DataType.I64, DataType.I64],
    paramsValue: [address, address, 0],
  })
  return { address, bytes: createExternalBuffer(pointer, size) }
}
