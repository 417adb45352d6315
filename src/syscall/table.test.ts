import { describe, expect, it } from 'vitest'
import { record } from './child-code.ts'
import { O_CREAT } from './constants.ts'
import { close, mkdirat, openat, write } from './file.ts'
import type { Arch } from './numbers.ts'
import { execve, exit_group, seccomp } from './process.ts'
import { allowing, type Syscall, syscall } from './syscall.ts'
import { layOut, notMade, resultsOf } from './table.ts'

const base = 0x10000
/** The table as it is in memory when it lies at `base`. */
function laidOut(calls: readonly Syscall[], processor: Arch): Buffer {
  const table = layOut(calls, processor)
  const bytes = Buffer.alloc(table.size)
  table.writeTo(bytes, base)
  return bytes
}
const word = (bytes: Buffer, address: number) => Number(bytes.readBigInt64LE(address - base))
const textAt = (bytes: Buffer, address: number) =>
  bytes.toString('utf8', address - base, bytes.indexOf(0, address - base))
/** What the child will find in the register for argument `n` of call `i`. */
const register = (bytes: Buffer, i: number, n: number) =>
  word(bytes, word(bytes, base + i * record.size + record.args + 8 * n))

describe('the table that the child reads', () => {
  it('has the number of each call for the processor', () => {
    const calls = [syscall('getpid'), exit_group(0)]
    const numbers = (processor: 'x64' | 'arm64') => {
      const bytes = laidOut(calls, processor)
      return calls.map((_, i) => word(bytes, base + i * record.size))
    }
    expect(numbers('x64')).toEqual([39, 231])
    expect(numbers('arm64')).toEqual([172, 94])
  })

  it('gives numbers, negative ones too, and text by its address', () => {
    const bytes = laidOut([openat(-100, '/etc/hostname', O_CREAT, 0o644)], 'x64')
    expect(register(bytes, 0, 0)).toBe(-100)
    expect(textAt(bytes, register(bytes, 0, 1))).toBe('/etc/hostname')
    expect(register(bytes, 0, 3)).toBe(0o644)
    expect(register(bytes, 0, 5)).toBe(0)
  })

  it('gives a list of texts as pointers with a null at the end', () => {
    const bytes = laidOut([execve('/bin/echo', ['echo', 'hallo'], [])], 'x64')
    const argv = register(bytes, 0, 1)
    expect([0, 8].map((at) => textAt(bytes, word(bytes, argv + at)))).toEqual(['echo', 'hallo'])
    expect(word(bytes, argv + 16)).toBe(0)
    expect(word(bytes, register(bytes, 0, 2))).toBe(0)
  })

  it('gives a struct as its words, with the addresses of what it points to', () => {
    const program = new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8])
    const bytes = laidOut([seccomp(program)], 'x64')
    const struct = register(bytes, 0, 2)
    expect(word(bytes, struct)).toBe(1)
    const at = word(bytes, struct + 8) - base
    expect([...bytes.subarray(at, at + 8)]).toEqual([...program])
  })

  it('holds a list that several calls share only once', () => {
    const [argv, env] = [['sh'], ['A=b']]
    const bytes = laidOut([execve('/bin/sh', argv, env), execve('/usr/bin/sh', argv, env)], 'x64')
    for (const n of [1, 2]) expect(register(bytes, 1, n)).toBe(register(bytes, 0, n))
  })

  it('takes the result of an earlier call from where that call leaves it', () => {
    const file = openat(-100, '/etc/hostname', 0)
    const bytes = laidOut([file, close(file)], 'x64')
    expect(word(bytes, base + record.size + record.args)).toBe(base + record.result)
  })

  it('refuses a result that is not there yet, and a call that stands twice', () => {
    const file = openat(-100, '/etc/hostname', 0)
    expect(() => laidOut([close(file), file], 'x64')).toThrow(/close uses the result of openat/)
    expect(() => laidOut([file, file], 'x64')).toThrow(/openat stands twice/)
  })

  it('says which error is accepted, and what is the smallest success', () => {
    const bytes = laidOut(
      [allowing('EEXIST', mkdirat(-100, '/x', 0o755)), { ...write(1, 'a'), least: 1 }],
      'x64',
    )
    expect(word(bytes, base + record.allow)).toBe(-17)
    expect(word(bytes, base + record.size + record.least)).toBe(1)
    // not 0: a read at the end of the file returns that, and must not be accepted
    expect(word(bytes, base + record.size + record.allow)).toBe(notMade)
  })

  it('before the child runs, no call has a result', () => {
    const calls = [syscall('getpid'), exit_group(0)]
    expect(resultsOf(laidOut(calls, 'arm64'), 2)).toEqual([notMade, notMade])
  })

  it('begins every piece at an address that a word may have', () => {
    const bytes = laidOut([write(1, 'abc'), write(1, 'abcdefghi')], 'x64')
    expect(register(bytes, 0, 1) % 8).toBe(0)
    expect(register(bytes, 1, 1) % 8).toBe(0)
    expect(bytes.length % 8).toBe(0)
  })
})
