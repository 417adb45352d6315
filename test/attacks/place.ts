// Where the engine of these tests has its files: the test says so to its launcher by the environment.

import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const place = (...names: readonly string[]): string =>
  join(process.env.GOCKER_ROOT ?? '/nowhere', ...names)

export const program = fileURLToPath(new URL('../../src/cli/gocker', import.meta.url))
