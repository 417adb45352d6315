// gocker diff: what a container has changed in its image's files.

import { join } from 'node:path'
import { Command } from 'commander'
import { overlayOf } from '../container/design.ts'
import { find } from '../container/named.ts'
import { places } from '../container/places.ts'
import { type Change, changes } from '../overlay/difference.ts'
import { out } from './print.ts'
import { needRoot } from './root.ts'
import { printable } from './table.ts'

const given = ['/etc/hostname', '/etc/hosts', '/etc/resolv.conf']

export function command(): Command {
  return new Command('diff')
    .description("Inspect changes to files or directories on a container's filesystem")
    .usage('CONTAINER')
    .argument('<CONTAINER>')
    .action((name: string) => {
      needRoot()
      const state = find(places(), name)
      const { upper, layers, layersDir } = overlayOf(places(), state)
      const found = changes(
        upper,
        layers.map((layer) => join(layersDir, layer)),
      )
      // the places for the files that every container gets are no change of its own
      const isPlace = ({ kind, path }: Change) => kind === 'A' && given.includes(path)
      const others = found.filter((change) => !isPlace(change))
      // and neither is that the directory they are in has changed by it
      const isTheirs = ({ kind, path }: Change) =>
        kind === 'C' &&
        path === '/etc' &&
        found.some(isPlace) &&
        !others.some((one) => one.path.startsWith('/etc/'))
      const own = others.filter((change) => !isTheirs(change))
      if (own.length > 0) out(own.map(({ kind, path }) => `${kind} ${printable(path)}`).join('\n'))
    })
}
