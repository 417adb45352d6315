// JSON with whole numbers of 64 bits, as the arguments of system calls are: a double holds 53 of them. What it cannot hold is
// a bigint here, and the same digits in the text.

/** As JSON.parse, but whole numbers that a double could not hold are bigints. */
export function exactJson(text: string): unknown {
  // most texts have no such number: then there is nothing to look after
  if (!/\d{16}/.test(text)) return JSON.parse(text)
  const exact = (_key: string, value: unknown, { source = '' }: { source?: string } = {}) =>
    typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(source)
      ? BigInt(source)
      : value
  return JSON.parse(text, exact as (key: string, value: unknown) => unknown)
}

const { rawJSON } = JSON as typeof JSON & { rawJSON: (text: string) => unknown }

/** As JSON.stringify, but bigints are written as numbers. */
export function exactText(value: unknown): string {
  try {
    return JSON.stringify(value)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    return JSON.stringify(value, (_key, one) => (typeof one === 'bigint' ? rawJSON(String(one)) : one))
  }
}
