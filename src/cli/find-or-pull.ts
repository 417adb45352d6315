// The image that a command asks for: from this machine, or else from a registry.

import { UserError } from '../container/user-error.ts'
import { parsePlatform, platformText } from '../image/platform.ts'
import { familiar, parseReference, withTag } from '../image/reference.ts'
import { type Image, openStore } from '../image/store.ts'
import { err } from './print.ts'

export type PullPolicy = 'always' | 'missing' | 'never'

/**
 * Find the image, and pull it first if the policy says so. `tiny` is never pulled: it is made of this machine's programs.
 * @throws UserError, or what the pull says
 */
export async function findOrPull(
  root: string,
  name: string,
  policy: PullPolicy,
  platform: string | undefined,
  quiet = false,
): Promise<Image> {
  const store = openStore(root)
  const wanted = platform === undefined ? undefined : parsePlatform(platform)
  const fits = (image: Image) =>
    !wanted || (image.config.os === wanted.os && image.config.architecture === wanted.architecture)
  const found = policy === 'always' ? undefined : store.find(name)
  if (found && fits(found)) return found
  if (isTiny(name)) {
    const made = await makeTiny(root)
    if (fits(made)) return made
    throw new UserError(
      `tiny is made of this machine's own programs: it is for ${platformText(made.config)}, not for ${platform}`,
      125,
    )
  }
  if (policy === 'never')
    throw new UserError(
      `No such image: ${withTag(name)}\nIt is not on this machine, and --pull never says not to look elsewhere.`,
      125,
    )
  if (policy === 'missing' && !quiet) err(`Unable to find image '${familiar(parseReference(name))}' locally`)
  const { pullImage } = await import('./pull-image.ts')
  return pullImage({ name, platform, stream: process.stderr, quiet })
}

export function isTiny(name: string): boolean {
  return /^(docker\.io\/)?(library\/)?tiny(:latest)?$/.test(name)
}

/** The embedded default. */
export async function makeTiny(root: string): Promise<Image> {
  const { makeTinyImage } = await import('../image/tiny-image.ts')
  return makeTinyImage(openStore(root))
}
