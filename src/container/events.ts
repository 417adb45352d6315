// What happens to containers, images, volumes and networks, written down as it happens: one JSON object a line in
// <root>/events.jsonl, in Docker's field names. A file of a megabyte is put aside as events.jsonl.1, over the one before.
//
// A line is written by one write(2) with O_APPEND, so that those of several processes do not mix. That one cannot be
// written is no reason for anything to fail.

import { closeSync, fstatSync, openSync, renameSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Endpoint } from './endpoint.ts'
import type { Places } from './places.ts'
import type { State } from './state.ts'

export interface Event {
  readonly Type: 'container' | 'image' | 'volume' | 'network'
  readonly Action: string
  readonly Actor: { readonly ID: string; readonly Attributes: Readonly<Record<string, string>> }
  readonly scope: 'local'
  /** Seconds since 1970. */
  readonly time: number
  readonly timeNano: number
}

const largest = 2 ** 20

export function eventsFile(places: Places): string {
  return join(places.root, 'events.jsonl')
}

export function record(
  places: Places,
  type: Event['Type'],
  action: string,
  id: string,
  attributes: Readonly<Record<string, string>> = {},
): void {
  const now = Date.now()
  const event: Event = {
    Type: type,
    Action: action,
    Actor: { ID: id, Attributes: attributes },
    scope: 'local',
    time: Math.floor(now / 1000),
    timeNano: now * 1e6,
  }
  try {
    append(eventsFile(places), `${JSON.stringify(event)}\n`)
  } catch {}
}

/** @param attributes besides its image, its name and its labels */
export function recordOf(
  places: Places,
  state: State,
  action: string,
  attributes: Readonly<Record<string, string>> = {},
): void {
  const { id, image, name, options } = state
  record(places, 'container', action, id, { ...options.labels, ...attributes, image, name })
}

/** A container comes to a network, or leaves it. */
export function recordConnection(
  places: Places,
  action: 'connect' | 'disconnect',
  { id, name }: Pick<Endpoint, 'id' | 'name'>,
  container: string,
): void {
  const type = name === 'host' || name === 'none' ? name : 'bridge'
  record(places, 'network', action, id, { container, name, type })
}

/** Its networks and its volumes, at a start and at an end of a container. */
export function recordUse(places: Places, { id, mounts = [], network }: State, begins: boolean): void {
  for (const endpoint of network.networks)
    recordConnection(places, begins ? 'connect' : 'disconnect', endpoint, id)
  for (const { type, name = '', destination, readOnly, propagation } of mounts) {
    if (type !== 'volume') continue
    const way = { destination, propagation, 'read/write': String(!readOnly) }
    const attributes = { driver: 'local', container: id }
    if (begins) record(places, 'volume', 'mount', name, { ...attributes, ...way })
    else record(places, 'volume', 'unmount', name, attributes)
  }
}

function append(path: string, line: string): void {
  const fd = openSync(path, 'a', 0o600)
  try {
    writeSync(fd, line)
    if (fstatSync(fd).size > largest) renameSync(path, `${path}.1`)
  } finally {
    closeSync(fd)
  }
}
