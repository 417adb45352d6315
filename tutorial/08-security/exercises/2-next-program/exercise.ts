// Exercise 08-2: what execve makes of the capabilities of a process. capabilities(7)

/** Masks: bit n is the capability n. */
export interface Sets {
  readonly bounding: bigint
  readonly permitted: bigint
  readonly effective: bigint
  readonly inheritable: bigint
  readonly ambient: bigint
}

export interface Process extends Sets {
  /** 0 for root */
  readonly uid: number
  readonly noNewPrivileges: boolean
}

export interface File {
  readonly permitted: bigint
  readonly inheritable: bigint
  /** It is one bit, for all of them. */
  readonly effective: boolean
  /** Owned by root, with the setuid bit. Such a file has no capabilities here. */
  readonly setuidRoot: boolean
}

/** As many ones as there may ever be capabilities. */
export const full = (1n << 64n) - 1n

/**
 * The sets after the process has become the program in `file`.
 * @throws Error if the program must not be started with what it gets
 */
export function afterExecve(process: Process, file: File): Sets {
  // TODO: who is root afterwards, and what do the file’s sets count as then? Then the formula, from top to bottom.
  throw new Error('TODO: afterExecve does not compute any set yet')
}
