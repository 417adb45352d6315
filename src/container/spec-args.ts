// What runs in a container, and what its host is called: the command line's word, or the image's. Pure.

import type { ProcessConfig } from '../image/manifest.ts'
import type { RunOptions } from './options.ts'
import { ENGINE_FAILED, UserError } from './user-error.ts'

/** @throws UserError for a name that cannot be one */
export function hostnameOf({ hostname }: RunOptions, id: string): string {
  if (hostname === undefined || hostname === '') return id.slice(0, 12)
  return checkedName('hostname', hostname)
}

/**
 * The kernel takes 64 bytes of each; and a line feed would begin a new line in /etc/hosts. sethostname(2),
 * setdomainname(2), hosts(5)
 * @throws UserError for a name that cannot be one
 */
export function checkedName(kind: 'hostname' | 'domainname', name: string): string {
  if (!/^[^\s\p{Cc}]+$/u.test(name) || Buffer.byteLength(name) > 64)
    throw new UserError(`invalid ${kind}: ${name}\nIt has at most 64 bytes, and no blanks.`, ENGINE_FAILED)
  return name
}

/**
 * The program and its arguments. An entrypoint from the command line drops the image's command, too.
 * @param command what follows the image on the command line
 * @throws UserError if nobody names a program
 */
export function argsOf(options: RunOptions, image: ProcessConfig, command: readonly string[]): string[] {
  const given = options.entrypoint
  const entrypoint = given === undefined ? (image.Entrypoint ?? []) : given === '' ? [] : [given]
  const args = [
    ...entrypoint,
    ...(command.length > 0 ? command : given === undefined ? (image.Cmd ?? []) : []),
  ]
  if (args.length === 0)
    throw new UserError(
      'no command specified: the image names none, so put one behind the image',
      ENGINE_FAILED,
    )
  return args
}
