// gocker login: a name and a password for a registry, tried there and then kept in ~/.docker/config.json.

import { readFileSync } from 'node:fs'
import { isatty } from 'node:tty'
import { Command } from 'commander'
import { UserError } from '../container/user-error.ts'
import { configPath, credentialsFor, registryOf } from '../image/credentials.ts'
import { saveLogin, tryLogin } from '../image/login.ts'
import { ask, askSecretly } from './ask.ts'
import { err, out } from './print.ts'

export function command(): Command {
  return new Command('login')
    .description('Authenticate to a registry')
    .usage('[OPTIONS] [SERVER]')
    .argument('[SERVER]')
    .option('-u, --username <string>', 'Username')
    .option('-p, --password <string>', 'Password or Personal Access Token (PAT)')
    .option('--password-stdin', 'Take the Password or Personal Access Token (PAT) from stdin', false)
    .action(login)
}

interface Flags {
  readonly username?: string
  readonly password?: string
  readonly passwordStdin: boolean
}

async function login(server: string | undefined, flags: Flags): Promise<void> {
  const registry = registryOf(server)
  if (flags.password !== undefined) {
    err('WARNING! Using --password via the CLI is insecure. Use --password-stdin.')
    if (flags.passwordStdin) throw new UserError('--password and --password-stdin are mutually exclusive')
  }
  if (flags.passwordStdin && !flags.username)
    throw new UserError('the --password-stdin option requires --username to be set')
  const known = credentialsFor(registry)
  if (!flags.username && flags.password === undefined && known.kind !== 'none' && known.kind !== 'helper') {
    err('Authenticating with existing credentials...')
    await tryLogin(registry, known)
    out('Login Succeeded')
    return
  }
  const username = flags.username || (await ask('Username: '))
  const password = flags.passwordStdin ? fromStdin() : flags.password || (await askSecretly('Password: '))
  if (username === '' || password === '') throw new UserError('username and password are both needed')
  if (username.includes(':')) throw new UserError('a username cannot hold a colon (RFC 7617)')
  await tryLogin(registry, { kind: 'login', username, password })
  saveLogin(registry, { username, password })
  err(
    `WARNING! Your credentials are stored unencrypted in '${configPath()}': its mode is 0600, for you alone.`,
  )
  if (known.kind === 'helper')
    err(
      `The file names ${known.program} for this registry. Gocker runs no such programs, so it has kept the login in the file itself.`,
    )
  out('Login Succeeded')
}

/** One line end at the end is no part of the password. */
function fromStdin(): string {
  if (isatty(0)) throw new UserError('--password-stdin needs the password on standard input, as from a pipe')
  return readFileSync(0, 'utf8').replace(/\r?\n$/, '')
}
