// Exercise 01-3: lay out a list of calls in memory, as the child reads it.

export interface Call {
  /** What goes into the register that the kernel reads first. */
  readonly number: number
  /** At most six. A call stands for its result. */
  readonly args: readonly (number | Call)[]
}

/** Where the parts of a record begin, and its size, in words of eight bytes. */
export const record = { number: 0, args: 1, result: 7, size: 8 } as const

/** What stands in the place of a result before its call was made. */
export const notMade = -65536n

/**
 * @param base the address of the first word, in bytes
 * @returns the words of the table: the records, and behind them the arguments
 */
export function layOut(calls: readonly Call[], base: number): bigint[] {
  const words: bigint[] = new Array(calls.length * record.size).fill(0n)
  const addressOf = (index: number) => BigInt(base + 8 * index)

  /** Where the child will find an argument of call `i`. */
  const placeOf = (arg: number | Call, i: number): bigint => {
    if (typeof arg === 'number') return addressOf(words.push(BigInt(arg)) - 1)
    const earlier = calls.indexOf(arg)
    if (earlier < 0 || earlier >= i) throw new Error(`call ${i} uses a result that is not there yet`)
    return addressOf(earlier * record.size + record.result)
  }

  for (const [i, call] of calls.entries()) {
    if (call.args.length > 6) throw new Error(`call ${i} has more than six arguments`)
    if (calls.indexOf(call) !== i) throw new Error(`call ${i} stands in the list twice`)
    const start = i * record.size
    words[start + record.number] = BigInt(call.number)
    for (let n = 0; n < 6; n++) words[start + record.args + n] = placeOf(call.args[n] ?? 0, i)
    words[start + record.result] = notMade
  }
  return words
}
