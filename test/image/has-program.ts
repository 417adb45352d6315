// Is a program installed that a test compares with?

import { accessSync, constants } from 'node:fs'
import { join } from 'node:path'

export function hasProgram(name: string): boolean {
  return (process.env.PATH ?? '').split(':').some((directory) => {
    try {
      accessSync(join(directory, name), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
