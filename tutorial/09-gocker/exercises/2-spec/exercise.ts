// Exercise 09-2: which program, in which environment?

/** As an image has it: the part `config` of its config. */
export interface ImageConfig {
  readonly Entrypoint?: readonly string[]
  readonly Cmd?: readonly string[]
  /** `NAME=value` */
  readonly Env?: readonly string[]
  readonly WorkingDir?: string
}

export interface Flags {
  readonly entrypoint?: string
  /** `NAME=value`, or `NAME` */
  readonly env: readonly string[]
  readonly workdir?: string
}

/** In the words of the OCI runtime specification. */
export interface Process {
  readonly args: readonly string[]
  readonly env: readonly string[]
  readonly cwd: string
}

export const usualPath = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/**
 * @param words what stands behind the image’s name
 * @throws Error if nothing says which program to run
 */
export function processOf(image: ImageConfig, flags: Flags, words: readonly string[]): Process {
  // TODO: args, from entrypoint and command. env: a Map keeps a name where it was first set. cwd.
  throw new Error('TODO: processOf does not decide anything yet')
}
