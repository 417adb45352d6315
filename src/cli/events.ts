// gocker events: what happens, as it happens, and what has happened.

import { Command } from 'commander'
import { type Event, eventsFile } from '../container/events.ts'
import { places } from '../container/places.ts'
import { jsonLines } from '../supervisor/log-reader.ts'
import { filtersOf } from './filter.ts'
import { fill } from './format.ts'
import { hasLabel } from './label.ts'
import { pointInTime } from './point-in-time.ts'
import { out } from './print.ts'
import { needRoot } from './root.ts'
import { printable } from './table.ts'

const several = (value: string, before: readonly string[] | undefined) => [...(before ?? []), value]

export function command(): Command {
  return new Command('events')
    .description('Get real time events from the server')
    .usage('[OPTIONS]')
    .option('-f, --filter <filter>', 'Filter output based on conditions provided', several)
    .option('--since <string>', 'Show all events created since timestamp')
    .option('--until <string>', 'Stream events until this timestamp')
    .option('--format <string>', "'json', or a template as {{.Action}}")
    .action(events)
}

interface Flags {
  readonly filter?: readonly string[]
  readonly since?: string
  readonly until?: string
  readonly format?: string
}

async function events({ filter = [], since, until, format }: Flags): Promise<void> {
  needRoot()
  const from = since === undefined ? Date.now() : pointInTime(since)
  const to = until === undefined ? Number.POSITIVE_INFINITY : pointInTime(until)
  const fits = filtersOf<Event>(filter, {
    type:
      (value) =>
      ({ Type }) =>
        Type === value,
    event:
      (value) =>
      ({ Action }) =>
        Action === value || Action.startsWith(`${value}:`),
    container: (value) => isOf('container', value),
    image: (value) => (event) => isOf('image', value)(event) || event.Actor.Attributes.image === value,
    volume: (value) => isOf('volume', value),
    network: (value) => isOf('network', value),
    label: (value) => (event) => hasLabel(event.Actor.Attributes, value),
    scope:
      (value) =>
      ({ scope }) =>
        scope === value,
  })
  const show = (event: Event) => {
    const time = event.timeNano / 1e6
    if (time >= from && time < to && fits(event)) out(text(event, format))
  }
  const reader = jsonLines<Event>(eventsFile(places()))
  for (const some of reader.now()) some.forEach(show)
  for await (const some of reader.follow(() => Date.now() >= to)) some.forEach(show)
}

function isOf(type: Event['Type'], value: string): (event: Event) => boolean {
  return ({ Type, Actor: { ID, Attributes } }) =>
    Type === type && (ID === value || ID.startsWith(value) || Attributes.name === value)
}

/** As Docker: the short fields stand in it, too, for programs that know nothing newer. */
function text(event: Event, format: string | undefined): string {
  const { Type, Action, Actor, timeNano } = event
  if (format === 'json' || format === '{{json .}}')
    return JSON.stringify({ status: Action, id: Actor.ID, from: Actor.Attributes.image, ...event })
  if (format !== undefined) return fill(format, event)
  const attributes = Object.entries(Actor.Attributes)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${value}`)
    .join(', ')
  const time = new Date(timeNano / 1e6).toISOString().replace(/Z$/, '000000Z')
  return printable(`${time} ${Type} ${Action} ${Actor.ID}${attributes === '' ? '' : ` (${attributes})`}`)
}
