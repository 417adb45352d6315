// An error that is the user's to mend: shown as its message alone, without a stack trace.

/** The engine failed, or was asked for what it cannot do: Docker's 125. */
export const ENGINE_FAILED = 125
/** The program is there and may not be executed. */
export const NOT_EXECUTABLE = 126
/** There is no such program. */
export const NOT_FOUND = 127

export class UserError extends Error {
  readonly exitCode: number

  constructor(message: string, exitCode = 1) {
    super(message)
    this.name = 'UserError'
    this.exitCode = exitCode
  }
}
