// gocker inspect: all that is known of containers and images, as JSON in Docker's field names.

import { Command } from 'commander'
import { find } from '../container/named.ts'
import { runningMembers } from '../container/network-remove.ts'
import { findNetwork } from '../container/networks.ts'
import { places } from '../container/places.ts'
import { UserError } from '../container/user-error.ts'
import { findVolume } from '../container/volumes.ts'
import { openStore } from '../image/store.ts'
import { fill } from './format.ts'
import { containerDetails } from './inspect-container.ts'
import { imageDetails } from './inspect-image.ts'
import { describeNetwork } from './network-inspect.ts'
import { err, out } from './print.ts'
import { needRoot } from './root.ts'
import { describeVolume } from './volume-inspect.ts'

export function command(): Command {
  return new Command('inspect')
    .description('Return low-level information on Gocker objects')
    .usage('[OPTIONS] NAME|ID [NAME|ID...]')
    .argument('<NAME...>')
    .option('-f, --format <string>', "'json', or a template as {{.State.Status}}")
    .option('-s, --size', 'Display total file sizes if the type is container', false)
    .option('--type <string>', 'Only look for: container, image, network or volume')
    .action(inspect)
}

const kinds = ['container', 'image', 'network', 'volume']

interface Flags {
  readonly format?: string
  readonly size?: boolean
  readonly type?: string
}

export function inspect(names: readonly string[], { format, type, size = false }: Flags): void {
  needRoot()
  if (type !== undefined && !kinds.includes(type)) throw new UserError(`unknown type: "${type}"`)
  const found: unknown[] = []
  for (const name of names) {
    try {
      found.push(look(name, type, size))
    } catch (error) {
      err(`gocker: ${(error as Error).message}`)
      process.exitCode = 1
    }
  }
  if (format === undefined) out(JSON.stringify(found, null, 4))
  else for (const one of found) out(format === 'json' ? JSON.stringify(one) : fill(format, one))
}

/** The first thing of that name, in Docker's order: a container, an image, a network, a volume. */
function look(name: string, type: string | undefined, size: boolean): unknown {
  const here = places()
  const looks: Readonly<Record<string, () => unknown>> = {
    container: () => containerDetails(here, find(here, name), size),
    image: () => {
      const store = openStore(here.root)
      const found = store.look(name)
      return found && imageDetails(store, found)
    },
    network: () => {
      const network = findNetwork(here, name)
      return describeNetwork(network, runningMembers(here, network))
    },
    volume: () => describeVolume(here, findVolume(here, name)),
  }
  for (const [kind, look] of Object.entries(looks)) {
    if (type !== undefined && type !== kind) continue
    try {
      const found = look()
      if (found !== undefined) return found
    } catch (error) {
      const isMissing =
        error instanceof UserError && /^No such| not found$|: no such volume$/.test(error.message)
      if (type === kind || !isMissing) throw error
    }
  }
  throw new UserError(`No such ${type ?? 'object'}: ${name}`)
}
