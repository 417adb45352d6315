// gocker import: an archive of files becomes an image.

import { createReadStream } from 'node:fs'
import { isatty } from 'node:tty'
import { setFlagsFromString } from 'node:v8'
import { Command } from 'commander'
import { addingImage } from '../container/adding-image.ts'
import { record } from '../container/events.ts'
import { places } from '../container/places.ts'
import { UserError } from '../container/user-error.ts'
import { applyChanges } from '../image/change.ts'
import { retrying, send } from '../image/http.ts'
import { importImage } from '../image/import.ts'
import { hostPlatform, parsePlatform } from '../image/platform.ts'
import { canonical, familiar, parseReference } from '../image/reference.ts'
import { endOnSignals } from './end-on-signals.ts'
import { out } from './print.ts'
import { needRoot } from './root.ts'

const several = (value: string, before: readonly string[] | undefined) => [...(before ?? []), value]

export function command(): Command {
  return new Command('import')
    .description('Import the contents from a tarball to create a filesystem image')
    .usage('[OPTIONS] file|URL|- [REPOSITORY[:TAG]]')
    .argument('<file|URL|->')
    .argument('[REPOSITORY]')
    .option('-c, --change <list>', 'Apply Dockerfile instruction to the created image', several)
    .option('-m, --message <string>', 'Set commit message for imported image')
    .option('--platform <string>', 'Set platform of the image, as linux/arm64')
    .action(run)
}

interface Flags {
  readonly change?: readonly string[]
  readonly message?: string
  readonly platform?: string
}

async function run(source: string, name: string | undefined, flags: Flags): Promise<void> {
  const reference = name === undefined ? undefined : parseReference(name)
  if (reference?.digest) throw new UserError('cannot import digest reference')
  const config = applyChanges({}, flags.change ?? [])
  needRoot()
  // to unpack layers, the optimizing compiler pays
  setFlagsFromString('--opt')
  endOnSignals()
  const options = {
    config,
    message: flags.message ?? `Imported from ${source}`,
    platform: flags.platform === undefined ? hostPlatform() : parsePlatform(flags.platform),
    reference: reference && canonical(reference),
  }
  const bytes = await bytesFrom(source)
  const { id } = await addingImage(places(), (store) => importImage(store, bytes, options))
  record(places(), 'image', 'import', id, { name: reference ? familiar(reference) : id })
  out(id)
}

async function bytesFrom(source: string): Promise<AsyncIterable<Uint8Array>> {
  if (source === '-') {
    if (isatty(0)) throw new UserError('import from - needs an archive on standard input, as from a pipe')
    return process.stdin
  }
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(source)) return createReadStream(source)
  if (!/^https?:\/\//i.test(source))
    throw new UserError(
      `"${source}" cannot be imported: from the network, archives come by http and https.\nFetch it first, and import the file, or - for standard input.`,
    )
  const answer = await retrying({}, () => send(new URL(source), {}, {}))
  if (answer.status === 200) return answer.body
  await answer.discard()
  throw new UserError(`${source} cannot be fetched: the answer was ${answer.status}.`)
}
