// `--filter key=value`, given as often as one likes: values of the same key are alternatives (but for labels, of which
// all must fit), and all keys must fit.

import { UserError } from '../container/user-error.ts'

type Test<T> = (one: T) => boolean

/**
 * @param known for each key what a value asks for
 * @throws UserError in Docker's words, for a key that is not known
 */
export function filtersOf<T>(
  texts: readonly string[],
  known: Readonly<Record<string, (value: string) => Test<T>>>,
): Test<T> {
  const tests = new Map<string, Test<T>[]>()
  for (const text of texts) {
    const at = text.indexOf('=')
    if (at <= 0)
      throw new UserError(
        `invalid argument "${text}" for "-f, --filter" flag: bad format of filter (expected name=value)`,
        125,
      )
    const key = text.slice(0, at).trim().toLowerCase()
    const test = Object.hasOwn(known, key) ? known[key] : undefined
    if (test === undefined) throw new UserError(`invalid filter '${key}'`)
    tests.set(key, [...(tests.get(key) ?? []), test(text.slice(at + 1).trim())])
  }
  return (one) =>
    [...tests].every(([key, values]) =>
      key === 'label' ? values.every((test) => test(one)) : values.some((test) => test(one)),
    )
}
