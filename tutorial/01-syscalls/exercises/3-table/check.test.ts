import { expect, it } from 'vitest'
import { type Call, layOut, notMade, record } from './exercise.ts'

const exit: Call = { number: 231, args: [] }

/** What the kernel was asked for: the number of the call, and six arguments. */
type Asked = readonly bigint[]

/** Does what the machine code does: registers from the table, the call, the result into the table, the next record. */
function child(words: bigint[], base: number, kernel: (asked: Asked) => bigint): Asked[] {
  const all: Asked[] = []
  const load = (address: bigint | undefined, what: string): bigint => {
    expect(typeof address, `${what}: there must be a word, and it must be a bigint`).toBe('bigint')
    const index = (Number(address) - base) / 8
    const is = `0x${address!.toString(16)}, and the table lies at 0x${base.toString(16)}`
    expect(Number.isInteger(index), `${what}: its address is ${is}. No word begins there`).toBe(true)
    expect(
      index >= 0 && index < words.length,
      `${what}: its address is ${is}. That is not in the table`,
    ).toBe(true)
    return words[index]!
  }
  for (let i = 0; i < 100; i++) {
    const start = i * record.size
    expect(start + record.size <= words.length, `record ${i}: the table ends before it`).toBe(true)
    const args = [0, 1, 2, 3, 4, 5].map((n) =>
      load(words[start + record.args + n], `record ${i}, argument ${n + 1}`),
    )
    const asked = [words[start + record.number]!, ...args]
    all.push(asked)
    if (asked[0] === BigInt(exit.number)) return all
    words[start + record.result] = kernel(asked)
  }
  throw new Error('The child has made a hundred calls and found no end.')
}

const run = (calls: readonly Call[], kernel: (asked: Asked) => bigint = () => 0n, base = 0x10000) => {
  const words = layOut(calls, base)
  expect(Array.isArray(words), 'layOut gives back a list of words').toBe(true)
  return { words, asked: child(words, base, kernel) }
}

it('the calls are made in order, with their numbers', () => {
  const calls = [{ number: 39, args: [] }, { number: 110, args: [] }, exit]
  expect(
    run(calls).asked.map(([number]) => number),
    'getpid, getppid, exit_group',
  ).toEqual([39n, 110n, 231n])
})

it('the kernel gets the arguments, and zeros for those that are not given', () => {
  const calls = [{ number: 257, args: [-100, 4096, 0, 420] }, { number: 9, args: [1, 2, 3, 4, 5, 6] }, exit]
  const { asked } = run(calls)
  expect(asked[0], 'openat, with four arguments').toEqual([257n, -100n, 4096n, 0n, 420n, 0n, 0n])
  expect(asked[1], 'mmap, with six').toEqual([9n, 1n, 2n, 3n, 4n, 5n, 6n])
  expect(asked[2], 'exit_group, with none').toEqual([231n, 0n, 0n, 0n, 0n, 0n, 0n])
})

it('the result of one call is an argument of another', () => {
  const file: Call = { number: 257, args: [-100, 4096] }
  const copy: Call = { number: 292, args: [file, 0, 0] }
  const calls = [file, copy, { number: 3, args: [file] }, { number: 3, args: [copy] }, exit]
  const results = [7n, 5n, 0n, 0n]
  const { asked } = run(calls, () => results.shift()!)
  expect(asked[1]?.[1], 'dup3 gets the descriptor that openat has given, 7').toBe(7n)
  expect(asked[2]?.[1], 'close gets it too, although dup3 was between them').toBe(7n)
  expect(asked[3]?.[1], 'the other close gets what dup3 has given, 5').toBe(5n)
})

it('the results can be read afterwards, and those that are missing are seen', () => {
  const calls = [{ number: 39, args: [] }, { number: 12, args: [1] }, exit]
  const result = (words: bigint[], i: number) => words[i * record.size + record.result]
  const before = layOut(calls, 0x10000)
  for (const i of [0, 1, 2]) expect(result(before, i), `result ${i}, before the child runs`).toBe(notMade)
  const { words } = run(calls, ([number]) => number! * 100n)
  expect(result(words, 0), 'the result of the first call').toBe(3900n)
  expect(result(words, 1), 'the result of the second').toBe(1200n)
  expect(result(words, 2), 'exit_group never returns').toBe(notMade)
})

it('what one call returns changes no argument of another', () => {
  const calls = [{ number: 1, args: [1] }, { number: 1, args: [2] }, { number: 1, args: [1] }, exit]
  const { asked } = run(calls, () => 999n)
  expect(
    asked.map((one) => one[1]),
    'the first arguments of the four calls',
  ).toEqual([1n, 2n, 1n, 0n])
})

it('the table works wherever it lies', () => {
  const file: Call = { number: 257, args: [-100, 4096] }
  for (const base of [0x2000, 0x7f0000000000]) {
    const { asked } = run([file, { number: 3, args: [file] }, exit], () => 8n, base)
    expect(asked[1]?.[1], `at 0x${base.toString(16)}`).toBe(8n)
  }
})

it('a list that cannot work is refused', () => {
  const file: Call = { number: 257, args: [] }
  const close: Call = { number: 3, args: [file] }
  const refused = (calls: Call[], why: string) => expect(() => layOut(calls, 0x1000), why).toThrow(/./)
  refused([close, file, exit], 'close comes before the openat whose result it uses')
  refused([close, exit], 'the openat whose result close uses is not in the list')
  refused([file, file, exit], 'the same call stands in the list twice: which result would count?')
  refused([{ number: 9, args: [1, 2, 3, 4, 5, 6, 7] }, exit], 'seven arguments, and there are six registers')
  const own = { number: 3, args: [] as Call[] }
  own.args.push(own)
  refused([own, exit], 'a call uses its own result')
})
