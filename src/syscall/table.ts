// A list of calls, laid out in memory as the child's code reads it (see child-code.ts): the records, then the
// words that their arguments are, then the strings and bytes that those words point to.

import { record } from './child-code.ts'
import { errnoNumber } from './errno.ts'
import { type Arch, numberOf } from './numbers.ts'
import { isSyscall, plainValue, type Syscall, type Value } from './syscall.ts'

/** What a record's result is before its call was made: no errno reaches so far. */
export const notMade = -65536

/**
 * Lay out `calls` for the processor. The addresses inside are those that are right when the block lies at `base`:
 * call it with base 0 to learn the size.
 */
export function layOut(calls: readonly Syscall[], base: number, processor: Arch): Buffer {
  const position = new Map<Syscall, number>(calls.map((call, i) => [call, i * record.size]))
  const pieces: Buffer[] = []
  let end = calls.length * record.size

  /** Append bytes at an address that a word may have, and say where they are. */
  const append = (bytes: Buffer): number => {
    const at = end
    const padding = -bytes.length & 7
    pieces.push(bytes)
    if (padding > 0) pieces.push(Buffer.alloc(padding))
    end += bytes.length + padding
    return base + at
  }
  const wordOf = (value: number | bigint): Buffer => {
    const word = Buffer.alloc(8)
    word.writeBigInt64LE(BigInt.asIntN(64, BigInt(value)))
    return word
  }
  /** What a register will hold: a number, or the address of what cannot be in one. */
  const register = (value: Exclude<Value, Syscall>): number | bigint => {
    if (typeof value === 'number' || typeof value === 'bigint') return value
    if (typeof value === 'string') return append(Buffer.from(`${value}\0`))
    if (value instanceof Uint8Array) return append(Buffer.from(value))
    return append(
      Buffer.concat([...value.map((text) => wordOf(append(Buffer.from(`${text}\0`)))), wordOf(0)]),
    )
  }
  /** Where the register's content will be found: in a word of its own, or in an earlier record's result. */
  const address = (value: Value, user: Syscall): number => {
    if (!isSyscall(value)) return append(wordOf(register(value)))
    const earlier = position.get(value)
    if (earlier === undefined || earlier >= position.get(user)!) {
      throw new Error(
        `${user.name} uses the result of ${value.name}, which is not made before it in this list`,
      )
    }
    return base + earlier + record.result
  }

  const records = calls.map((call, i) => {
    if (call.args.length > 6) throw new Error(`${call.name} has more than six arguments`)
    if (calls.indexOf(call) !== i)
      throw new Error(`${call.name} stands twice in the list: make the value twice`)
    const bytes = Buffer.alloc(record.size)
    bytes.writeBigInt64LE(BigInt(numberOf(call.name, processor)), record.number)
    for (let n = 0; n < 6; n++) {
      const at = address(plainValue(call.args[n] ?? 0), call)
      bytes.writeBigInt64LE(BigInt(at), record.args + 8 * n)
    }
    bytes.writeBigInt64LE(BigInt(notMade), record.result)
    bytes.writeBigInt64LE(BigInt(call.least ?? 0), record.least)
    bytes.writeBigInt64LE(BigInt(call.allow ? -errnoNumber(call.allow) : 0), record.allow)
    return bytes
  })
  return Buffer.concat([...records, ...pieces])
}

/** The results in a table that a child has worked on, in the order of its calls; `notMade` where it did not come. */
export function resultsOf(bytes: Buffer, count: number): number[] {
  return Array.from({ length: count }, (_, i) =>
    Number(bytes.readBigInt64LE(i * record.size + record.result)),
  )
}
