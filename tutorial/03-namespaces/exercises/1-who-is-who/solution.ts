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
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [inside = 0, outside = 0, count = 0] = line.trim().split(/\s+/).map(Number)
      return { inside, outside, count }
    })
}

/** Who outside is the user `id` inside? undefined if there is no one. */
export function outsideOf(map: readonly Range[], id: number): number | undefined {
  const range = map.find(({ inside, count }) => id >= inside && id < inside + count)
  return range && range.outside + (id - range.inside)
}

/** Who inside is the user `id` outside? `nobody` if no line says so. */
export function insideOf(map: readonly Range[], id: number): number {
  const range = map.find(({ outside, count }) => id >= outside && id < outside + count)
  return range ? range.inside + (id - range.outside) : nobody
}

/**
 * Who on the host is the user `id` of a container that is nested in others?
 * @param maps the innermost first: the outside of each is the inside of the next
 */
export function onTheHost(maps: readonly (readonly Range[])[], id: number): number | undefined {
  return maps.reduce<number | undefined>(
    (found, map) => (found === undefined ? undefined : outsideOf(map, found)),
    id,
  )
}
