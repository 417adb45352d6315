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
  const { bounding, inheritable, noNewPrivileges } = process
  const becomesRoot = process.uid !== 0 && file.setuidRoot && !noNewPrivileges
  const isRoot = process.uid === 0 || becomesRoot
  const counted = isRoot ? { permitted: full, inheritable: full, effective: true } : file

  const isPrivileged = becomesRoot || file.effective || file.permitted !== 0n || file.inheritable !== 0n
  const ambient = isPrivileged ? 0n : process.ambient
  const gets = (inheritable & counted.inheritable) | (counted.permitted & bounding) | ambient
  if (file.effective && (gets & file.permitted) !== file.permitted)
    throw new Error('EPERM: the program would have less than its file promises')
  const permitted = noNewPrivileges ? gets & process.permitted : gets
  return { bounding, inheritable, ambient, permitted, effective: counted.effective ? permitted : ambient }
}
