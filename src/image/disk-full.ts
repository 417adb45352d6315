// The disk has no room left for an image: what that looks like, whichever thread met it first, and what is said then.

import type { Store } from './store.ts'

/** Has there been no room on the disk, or none for this user, here or in what led to it? */
export function isDiskFull(error: unknown): boolean {
  for (let one = error; one instanceof Error; one = one.cause)
    if (['ENOSPC', 'EDQUOT'].includes((one as NodeJS.ErrnoException).code ?? '')) return true
  return false
}

/** The same in words, with what to do. */
export function diskFull({ imagesDir }: Pick<Store, 'imagesDir'>, error: unknown): Error {
  const said = (error as Error).message.split('\n', 1)[0]!.replace(/^E[A-Z]+: /, '')
  return new Error(
    `The disk is full: ${said}\n` +
      `Images lie in ${imagesDir}. Make room there, with gocker rmi or gocker system prune, and try again.`,
    { cause: error },
  )
}
