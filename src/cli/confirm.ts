// Ask before something is removed that cannot be brought back.

import { err } from './print.ts'

/** @returns whether the person said yes; everything else is no, and so is the end of the input */
export async function confirm(warning: string): Promise<boolean> {
  err(warning)
  const { createInterface } = await import('node:readline/promises')
  const asking = createInterface({ input: process.stdin, output: process.stderr })
  const over = new Promise<string>((resolve) => asking.once('close', () => resolve('')))
  try {
    const answer = await Promise.race([asking.question('Are you sure you want to continue? [y/N] '), over])
    return /^y(es)?$/i.test(answer.trim())
  } finally {
    asking.close()
  }
}
