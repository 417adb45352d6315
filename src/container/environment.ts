// The environment of a container's program, as `KEY=value`, by Docker's rules: later ones win, but each variable keeps the place
// where it was first named. Pure.

import type { RunOptions } from './options.ts'

const defaultPath = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/**
 * For the first program: what every container has, then the image's, then the command line's, where a name alone takes a
 * variable away.
 * @param home the user's home directory, for HOME if nobody says another
 */
export function environmentOf(
  { tty, env }: RunOptions,
  image: readonly string[],
  hostname: string,
  home: string,
): string[] {
  const variables = new Map<string, string>()
  set(variables, [defaultPath, `HOSTNAME=${hostname}`, ...(tty ? ['TERM=xterm'] : []), ...image])
  for (const text of env) {
    if (text.includes('=')) set(variables, [text])
    else variables.delete(text)
  }
  if (!variables.has('HOME')) set(variables, [`HOME=${home}`])
  return inWords(variables)
}

export interface FurtherProgram {
  readonly tty: boolean
  readonly env: readonly string[]
}

/**
 * For a further program: the container's, and what this one has besides.
 * @param home of another user than the container's
 */
export function furtherEnvironment(
  container: readonly string[],
  { tty, env }: FurtherProgram,
  home: string | undefined,
): string[] {
  const variables = new Map<string, string>()
  set(variables, [
    ...container,
    ...(home === undefined ? [] : [`HOME=${home}`]),
    ...(tty ? ['TERM=xterm'] : []),
    ...env,
  ])
  return inWords(variables)
}

function set(variables: Map<string, string>, texts: readonly string[]): void {
  for (const text of texts) {
    const at = text.indexOf('=')
    if (at > 0) variables.set(text.slice(0, at), text.slice(at + 1))
  }
}

function inWords(variables: ReadonlyMap<string, string>): string[] {
  return [...variables].map(([key, value]) => `${key}=${value}`)
}
