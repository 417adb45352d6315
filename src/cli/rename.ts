// gocker rename: another name for a container.

import { Command } from 'commander'
import { find, rename } from '../container/named.ts'
import { places } from '../container/places.ts'
import { UserError } from '../container/user-error.ts'
import { err } from './print.ts'
import { needRoot } from './root.ts'

export function command(): Command {
  return new Command('rename')
    .description('Rename a container')
    .usage('CONTAINER NEW_NAME')
    .argument('<CONTAINER>')
    .argument('<NEW_NAME>')
    .action((name: string, newName: string) => {
      needRoot()
      try {
        rename(places(), find(places(), name).id, newName.replace(/^\//, ''))
      } catch (error) {
        if (!(error instanceof UserError)) throw error
        err(`gocker: ${error.message}`)
        throw new UserError(`failed to rename container named ${name}`)
      }
    })
}
