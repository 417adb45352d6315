// A seccomp profile out of a file.

import { readFileSync } from 'node:fs'
import { UserError } from '../container/user-error.ts'
import { parseProfile } from '../security/seccomp-parse.ts'
import type { Profile } from '../security/seccomp-profile.ts'
import { err } from './print.ts'

/** @throws UserError if the file cannot be read, or what is in it is no profile */
export function readProfile(path: string): Profile {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    const why = /^E\w+: (.*?),/.exec((error as Error).message)?.[1] ?? (error as Error).message
    throw new UserError(`opening seccomp profile (${path}) failed: open ${path}: ${why}`, 125)
  }
  try {
    const { profile, warnings } = parseProfile(text)
    for (const warning of warnings) err(`WARNING: ${path}: ${warning}`)
    return profile
  } catch (error) {
    throw new UserError(`The seccomp profile ${path} is not valid: ${(error as Error).message}`, 125)
  }
}
