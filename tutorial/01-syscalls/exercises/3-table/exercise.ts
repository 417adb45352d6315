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
  // TODO: for each call its record, and for each of its arguments a word to which the record leads.
  throw new Error('TODO: layOut does not write any record yet')
}
