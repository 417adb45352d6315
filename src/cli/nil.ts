// What Go prints of a list or a map that nobody has made: nothing in brackets in a template, null in JSON. A script that
// looks at `{{.Config.Entrypoint}}` finds `[]`.

/** A list that is null as JSON. */
export const nilList: readonly never[] = unmade([])

/** A map that is null as JSON. */
export const nilMap: object = unmade({})

/** A map that is left out of JSON. */
export const unsaidMap: object = unmade({}, 'left out')

function unmade<T extends object>(value: T, json: 'null' | 'left out' = 'null'): T {
  // not one of its fields, so that a template does not see it
  return Object.freeze(
    Object.defineProperty(value, 'toJSON', { value: () => (json === 'null' ? null : undefined) }),
  )
}

/** The list, or that of which nobody has made one. */
export function orNil<T>(list: readonly T[] | null | undefined): readonly T[] {
  return list === null || list === undefined || list.length === 0 ? nilList : list
}
