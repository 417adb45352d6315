// A list of calls, laid out in memory as the child's code reads it (see child-code.ts): the records, then the
// words that their arguments are, then the strings and bytes that those words point to.

import { record } from './child-code.ts'
import { errnoNumber } from './errno.ts'
import { type Arch, numberOf } from './numbers.ts'
import { checkText, isSyscall, plainValue, type Struct, type Syscall, type Value } from './syscall.ts'

/** What a record's result is before its call was made, and the accepted error where none is: no call returns it. */
export const notMade = -65536

/** A table that can lie anywhere. */
export interface Table {
  /** Bytes that it takes. */
  readonly size: number
  /** Put it into memory: `bytes` is what C will find at `address`. */
  writeTo(bytes: Uint8Array, address: number): void
}

/** Lay out `calls` for the processor. */
export function layOut(calls: readonly Syscall[], processor: Arch): Table {
  const position = new Map<Syscall, number>()
  for (const [i, call] of calls.entries()) {
    if (call.args.length > 6) throw new Error(`${call.name} has more than six arguments`)
    if (position.has(call)) throw new Error(`${call.name} stands twice in the list: make the value twice`)
    position.set(call, i * record.size)
  }
  const memory = growing(calls.length * record.size)

  /** What a register will hold: a number, or the place of what cannot be in one. */
  const fill = (at: number, value: Exclude<Value, Syscall>): void => {
    if (typeof value === 'number') memory.setNumber(at, value)
    else if (typeof value === 'bigint') memory.setNumber(at, Number(value))
    else if (typeof value === 'string') memory.setAddress(at, memory.addText(value))
    else if (value instanceof Uint8Array) memory.setAddress(at, memory.addBytes(value))
    else if ('resultOf' in value) memory.setAddress(at, resultPlace(value.resultOf))
    else memory.setAddress(at, 'words' in value ? addStruct(value) : addTexts(value))
  }
  const resultPlace = (earlier: Syscall): number => {
    const at = position.get(earlier)
    if (at === undefined)
      throw new Error(`The result of ${earlier.name} is asked for, which is not in the list`)
    return at + record.result
  }
  const addStruct = ({ words }: Struct): number => {
    const struct = memory.reserve(words.length * 8)
    for (const [i, word] of words.entries()) fill(struct + i * 8, word)
    return struct
  }
  // argv and the environment stand in the execve for each directory of PATH, and an image may name thousands of those
  const lists = new Map<readonly string[], number>()
  const addTexts = (texts: readonly string[]): number => {
    const known = lists.get(texts)
    if (known !== undefined) return known
    const pointers = memory.reserve((texts.length + 1) * 8)
    for (const [i, text] of texts.entries()) memory.setAddress(pointers + i * 8, memory.addText(text))
    lists.set(texts, pointers)
    return pointers
  }
  // #region placeOf
  /** Where the register's content will be found: in a word of its own, or in an earlier record's result. */
  const placeOf = (value: Value, user: Syscall): number => {
    if (!isSyscall(value)) {
      const word = memory.reserve(8)
      fill(word, value)
      return word
    }
    const earlier = position.get(value)
    if (earlier === undefined || earlier >= position.get(user)!) {
      throw new Error(`${user.name} uses the result of ${value.name}, which is not made before it`)
    }
    return earlier + record.result
  }
  // #endregion placeOf

  const zero = memory.reserve(8)
  for (const [call, at] of position) {
    memory.setNumber(at + record.number, numberOf(call.name, processor))
    for (let n = 0; n < 6; n++) {
      const arg = call.args[n]
      memory.setAddress(at + record.args + 8 * n, arg === undefined ? zero : placeOf(plainValue(arg), call))
    }
    memory.setNumber(at + record.result, notMade)
    memory.setNumber(at + record.least, call.least ?? 0)
    memory.setNumber(at + record.allow, call.allow ? -errnoNumber(call.allow) : notMade)
  }
  return memory.table
}

/** Memory that grows as it is filled, and does not know yet where it will lie. */
function growing(start: number) {
  let bytes = Buffer.alloc(2 * start + 4096)
  let words = viewOf(bytes)
  let end = start
  /** The places of words that are addresses: the base is added to them in the end. */
  const addresses: number[] = []

  const reserve = (size: number): number => {
    const at = end
    end += (size + 7) & ~7
    if (end > bytes.length) {
      bytes = Buffer.concat([bytes, Buffer.alloc(end)])
      words = viewOf(bytes)
    }
    return at
  }
  const setNumber = (at: number, value: number): void => writeWord(words, at, value)
  return {
    reserve,
    setNumber,
    setAddress: (at: number, place: number): void => {
      addresses.push(at)
      setNumber(at, place)
    },
    addBytes: (content: Uint8Array): number => {
      const at = reserve(content.length)
      bytes.set(content, at)
      return at
    },
    addText: (text: string): number => {
      checkText(text)
      const at = reserve(Buffer.byteLength(text) + 1)
      bytes.write(text, at)
      return at
    },
    table: {
      get size() {
        return end
      },
      writeTo: (into: Uint8Array, address: number): void => {
        into.set(bytes.subarray(0, end))
        const target = viewOf(into)
        for (const at of addresses) writeWord(target, at, address + readWord(words, at))
      },
    },
  }
}

/** The results in a table that a child has worked on, in the order of its calls; `notMade` where it did not come. */
export function resultsOf(bytes: Uint8Array, count: number): number[] {
  const words = viewOf(bytes)
  return Array.from({ length: count }, (_, i) => readWord(words, i * record.size + record.result))
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** A word of 64 bits, the low half first: both processors are little-endian. Numbers up to 2^53 are exact. */
function writeWord(words: DataView, at: number, value: number): void {
  words.setUint32(at, value >>> 0, true)
  words.setInt32(at + 4, Math.floor(value / 2 ** 32), true)
}

function readWord(words: DataView, at: number): number {
  return words.getInt32(at + 4, true) * 2 ** 32 + words.getUint32(at, true)
}
