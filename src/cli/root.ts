// Who is asking? What the engine does to the system is for root, on Linux.

import { UserError } from '../container/user-error.ts'

/** @throws UserError with the command to use instead */
export function needRoot(): void {
  if (process.platform !== 'linux') {
    throw new UserError(
      'Containers are made of the Linux kernel, and this system has another one. A virtual machine has it: scripts/vm/README.md',
      125,
    )
  }
  if (process.geteuid?.() !== 0) {
    // npm says so to what it starts; the shell that called it does not find `gocker` alone
    const name = process.env.npm_command === 'exec' ? 'npx gocker' : 'gocker'
    throw new UserError(
      `this needs root. Run: sudo env "PATH=$PATH" ${name} ${process.argv.slice(2).join(' ')}`,
      125,
    )
  }
}
