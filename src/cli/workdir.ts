// `--workdir`, as `run` and `exec` take it.

import { UserError } from '../container/user-error.ts'

/** @throws UserError for a path that does not begin at the root */
export function workdirOf(path: string | undefined): string | undefined {
  if (path !== undefined && !path.startsWith('/')) {
    throw new UserError(`the working directory '${path}' is invalid, it needs to be an absolute path`, 125)
  }
  return path
}
