// What a JSON value must look like, said as data: a document from a stranger is checked against it before anyone trusts a
// field of it.

import { isObject } from './json.ts'

/** What is wrong with a value, as the end of a sentence; undefined if nothing is. */
export type Check = (value: unknown) => string | undefined

export const text: Check = (value) =>
  typeof value !== 'string' ? 'must be a text' : value.includes('\0') ? 'holds a NUL' : undefined
export const number: Check = (value) => (Number.isFinite(value) ? undefined : 'must be a number')
export const flag: Check = (value) => (typeof value === 'boolean' ? undefined : 'must be true or false')
export const anything: Check = () => undefined

export const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) ? first(value.map(check)) : 'must be a list'

export const mapOf =
  (check: Check): Check =>
  (value) =>
    isObject(value)
      ? first(Object.entries(value).map(([key, one]) => text(key) ?? check(one)))
      : 'must be an object'

/** An object with these fields, each of which may be missing; others are not looked at. */
export const record =
  (fields: Readonly<Record<string, Check>>): Check =>
  (value) => {
    if (!isObject(value)) return 'must be an object'
    return first(
      Object.entries(fields).map(([name, check]) => {
        const one = value[name]
        const wrong = one === undefined || one === null ? undefined : check(one)
        return wrong && `${name} ${wrong}`
      }),
    )
  }

function first(found: readonly (string | undefined)[]): string | undefined {
  return found.find((one) => one !== undefined)
}
