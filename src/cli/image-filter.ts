// gocker images --filter, gocker image prune --filter: which images are meant.

import { UserError } from '../container/user-error.ts'
import { familiar, familiarName, parseReference, withTag } from '../image/reference.ts'
import type { Image, Store } from '../image/store.ts'
import { filtersOf } from './filter.ts'
import { globMatches } from './glob.ts'
import { hasLabel } from './label.ts'
import { pointInTime } from './point-in-time.ts'

type Fits = (image: Image) => boolean

const created = (image: Image) => Date.parse(image.created || '1970-01-01T00:00:00Z')
const labelled = (value: string) => (image: Image) => hasLabel(image.config.config?.Labels ?? {}, value)

/** @throws UserError in Docker's words */
export function imageFilter(texts: readonly string[], store: Store): Fits {
  const named = (name: string) => {
    const image = store.look(name)
    if (!image) throw new UserError(`No such image: ${withTag(name)}`)
    return image
  }
  return filtersOf<Image>(texts, {
    ...commonFilters,
    reference: (value) => (image) => hasName(image, value),
    before: (value) => {
      const limit = created(named(value))
      return (image) => created(image) < limit
    },
    since: (value) => {
      const limit = created(named(value))
      return (image) => created(image) > limit
    },
  })
}

/** Those that prune knows. @throws UserError in Docker's words */
export function pruneFilter(texts: readonly string[]): Fits {
  return filtersOf<Image>(texts, commonFilters)
}

const commonFilters: Readonly<Record<string, (value: string) => Fits>> = {
  dangling: (value) => {
    if (!/^(true|false|1|0)$/.test(value)) throw new UserError(`invalid filter 'dangling=[${value}]'`)
    const wanted = value === 'true' || value === '1'
    return ({ reference }) => (reference === undefined) === wanted
  },
  label: labelled,
  'label!': (value) => {
    const fits = labelled(value)
    return (image) => !fits(image)
  },
  until: (value) => {
    const limit = pointInTime(value)
    return (image) => created(image) < limit
  },
}

/** As a person would write it, with or without its tag. */
export function hasName({ reference: full }: Image, pattern: string): boolean {
  if (full === undefined) return false
  const reference = parseReference(full)
  return globMatches(pattern, familiar(reference)) || globMatches(pattern, familiarName(reference))
}
