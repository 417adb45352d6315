// Pulling, as a person sees it: bars on a terminal, the last lines elsewhere, and an end when Ctrl-C is pressed.

import { setFlagsFromString } from 'node:v8'
import { addingImage } from '../container/adding-image.ts'
import { record } from '../container/events.ts'
import { places } from '../container/places.ts'
import { UserError } from '../container/user-error.ts'
import { showProgress } from '../image/progress.ts'
import { pull } from '../image/pull.ts'
import { familiar, familiarName, parseReference } from '../image/reference.ts'
import type { Image } from '../image/store.ts'

export interface PullRequest {
  readonly name: string
  readonly platform: string | undefined
  /** Where the progress is shown: `run` keeps standard output for the container. */
  readonly stream: NodeJS.WriteStream
  readonly quiet?: boolean
}

/** @throws Error with one message for whatever came between; the parts that arrived are used by the next pull */
export async function pullImage({ name, platform, stream, quiet = false }: PullRequest): Promise<Image> {
  // the launcher starts `run` without the optimizing compiler; to unpack layers, it pays
  setFlagsFromString('--opt')
  const interrupted = new AbortController()
  const stop = () =>
    interrupted.abort(
      new UserError('the pull was interrupted; what has arrived is kept for the next one', 130),
    )
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
  const progress = quiet ? undefined : showProgress(stream)
  try {
    const options = { platform, signal: interrupted.signal, onProgress: progress }
    const image = await addingImage(places(), (store) => pull(store, name, options))
    const reference = parseReference(name)
    record(places(), 'image', 'pull', familiar(reference), { name: familiarName(reference) })
    return image
  } finally {
    process.off('SIGINT', stop)
    process.off('SIGTERM', stop)
  }
}
