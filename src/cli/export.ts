// gocker export: the files of a container, as one archive without layers. Reads only; the container may run. What is
// mounted into it, volumes too, stays out.

import { join } from 'node:path'
import { Command } from 'commander'
import { overlayOf } from '../container/design.ts'
import { recordOf } from '../container/events.ts'
import { find } from '../container/named.ts'
import { places } from '../container/places.ts'
import { loadSpec } from '../container/state.ts'
import { idShift } from '../container/user-namespace.ts'
import { flattened } from '../overlay/flatten.ts'
import { archiveOutput } from './archive-output.ts'
import { needRoot } from './root.ts'

export function command(): Command {
  return new Command('export')
    .description("Export a container's filesystem as a tar archive")
    .usage('[OPTIONS] CONTAINER')
    .argument('<CONTAINER>')
    .option('-o, --output <string>', 'Write to a file, instead of STDOUT')
    .action((name: string, { output }: { output?: string }) => {
      needRoot()
      const write = archiveOutput(output, 'export')
      const state = find(places(), name)
      const { upper, layers, layersDir } = overlayOf(places(), state)
      write(
        flattened(
          [upper, ...layers.map((layer) => join(layersDir, layer))],
          idShift(loadSpec(places(), state.id)),
        ),
      )
      recordOf(places(), state, 'export')
    })
}
