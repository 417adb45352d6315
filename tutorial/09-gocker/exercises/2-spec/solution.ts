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
  const args = [...entrypointOf(image, flags), ...commandOf(image, flags, words)]
  if (args.length === 0) throw new Error('nothing says which program to run: write it behind the image')
  return { args, env: environmentOf(image, flags), cwd: flags.workdir || image.WorkingDir || '/' }
}

function entrypointOf({ Entrypoint = [] }: ImageConfig, { entrypoint }: Flags): readonly string[] {
  if (entrypoint === undefined) return Entrypoint
  return entrypoint === '' ? [] : [entrypoint]
}

function commandOf({ Cmd = [] }: ImageConfig, { entrypoint }: Flags, words: readonly string[]) {
  if (words.length > 0) return words
  return entrypoint === undefined ? Cmd : []
}

function environmentOf({ Env = [] }: ImageConfig, flags: Flags): string[] {
  const variables = new Map<string, string>()
  for (const text of [usualPath, ...Env, ...flags.env]) {
    const at = text.indexOf('=')
    if (at < 0) variables.delete(text)
    else variables.set(text.slice(0, at), text.slice(at + 1))
  }
  if (!variables.has('HOME')) variables.set('HOME', '/root')
  return [...variables].map(([name, value]) => `${name}=${value}`)
}
