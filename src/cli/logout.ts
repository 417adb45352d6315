// gocker logout: forget what login has kept for a registry.

import { Command } from 'commander'
import { credentialsFor, registryOf } from '../image/credentials.ts'
import { removeLogin } from '../image/login.ts'
import { err, out } from './print.ts'

export function command(): Command {
  return new Command('logout')
    .description('Log out from a registry')
    .usage('[SERVER]')
    .argument('[SERVER]')
    .action((server: string | undefined) => {
      const registry = registryOf(server)
      const name = registry === 'docker.io' ? 'https://index.docker.io/v1/' : registry
      if (removeLogin(registry)) out(`Removing login credentials for ${name}`)
      else out(`Not logged in to ${name}`)
      const left = credentialsFor(registry)
      if (left.kind === 'helper')
        err(
          `${left.program} may keep a login for it, too: gocker runs no such programs. docker logout ${name}`,
        )
    })
}
