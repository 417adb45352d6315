// gocker supervise: not for people. A container that nobody waits for is watched over by this process.

import { Command } from 'commander'
import { supervise } from '../supervisor/supervise.ts'

export function command(): Command {
  return new Command('supervise')
    .argument('<ID>')
    .argument('[HANDOVER]')
    .action(async (id: string, handover: string | undefined) => {
      const program = [process.execPath, ...process.execArgv, '--', process.argv[1]!, 'supervise']
      await end(supervise(id, handover === undefined ? undefined : JSON.parse(handover), program))
    })
}

/** Whatever it was, the process does not stay: with it, a container that nobody watches over would stay, too. */
async function end(supervising: Promise<void>): Promise<never> {
  try {
    await supervising
    process.exit(0)
  } catch (error) {
    process.stderr.write(
      `The supervisor has failed: ${error instanceof Error ? error.stack : String(error)}\n`,
    )
    process.exit(1)
  }
}
