// `--workdir`, as `run` and `exec` take it.

import { ENGINE_FAILED, UserError } from '../container/user-error.ts'

/** @throws UserError for a path that does not begin at the root */
export function workdirOf(path: string | undefined, exitCode = ENGINE_FAILED): string | undefined {
  if (path !== undefined && !path.startsWith('/')) {
    throw new UserError(
      `the working directory '${path}' is invalid, it needs to be an absolute path`,
      exitCode,
    )
  }
  return path
}
