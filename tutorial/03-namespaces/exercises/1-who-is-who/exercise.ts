// Exercise 03-1: user ids, inside and outside of a user namespace.

/** One line of a map: `count` ids, from `inside` on, are those outside from `outside` on. */
export interface Range {
  readonly inside: number
  readonly outside: number
  readonly count: number
}

/** Who has no name in a namespace is shown as this there. user_namespaces(7) */
export const nobody = 65534

/** @param text of /proc/PID/uid_map: `         0     100000      65536`, a line for each range; empty if none is set yet */
export function readMap(text: string): Range[] {
  // TODO: three numbers from each line, however many spaces there are.
  throw new Error('TODO: readMap does not read any line yet')
}

/** Who outside is the user `id` inside? undefined if there is no one. */
export function outsideOf(map: readonly Range[], id: number): number | undefined {
  // TODO: find the range that has `id`, and take the same step into the ids outside.
  throw new Error('TODO: outsideOf does not look at the map yet')
}

/** Who inside is the user `id` outside? `nobody` if no line says so. */
export function insideOf(map: readonly Range[], id: number): number {
  // TODO: the same in the other direction.
  throw new Error('TODO: insideOf does not look at the map yet')
}

/**
 * Who on the host is the user `id` of a container that is nested in others?
 * @param maps the innermost first: the outside of each is the inside of the next
 */
export function onTheHost(maps: readonly (readonly Range[])[], id: number): number | undefined {
  // TODO: go through all maps; who is lost on the way stays lost.
  throw new Error('TODO: onTheHost does not go through the maps yet')
}
