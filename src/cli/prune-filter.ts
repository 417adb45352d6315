// `--filter` of the commands that prune: by label, and by when something was made.

import { filtersOf } from './filter.ts'
import { hasLabel } from './label.ts'
import { pointInTime } from './point-in-time.ts'

/** What containers, networks and volumes have in common. */
export interface Prunable {
  /** As in RFC 3339. */
  readonly created: string
  readonly labels?: Readonly<Record<string, string>>
}

/** @throws UserError in Docker's words, for a filter that there is not */
export function pruneFilters(texts: readonly string[]): (one: Prunable) => boolean {
  return filtersOf<Prunable>(texts, {
    ...byLabel,
    until: (value) => {
      const end = pointInTime(value)
      return ({ created }) => Date.parse(created) < end
    },
  })
}

/** @throws UserError in Docker's words, for a filter that there is not */
export function volumeFilters(texts: readonly string[]): (one: Prunable) => boolean {
  return filtersOf<Prunable>(texts, byLabel)
}

const byLabel: Readonly<Record<string, (value: string) => (one: Prunable) => boolean>> = {
  label: (value) => (one) => hasLabel(one.labels ?? {}, value),
  'label!': (value) => (one) => !hasLabel(one.labels ?? {}, value),
}
