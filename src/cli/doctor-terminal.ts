// The doctor, chapter 11: a terminal for a container is made and gone again, and is there one for who is asking?

import { closeSync } from 'node:fs'
import { terminalSteps } from '../container/terminal.ts'
import { perform } from '../syscall/perform.ts'
import { asRoot, type Check, type Finding, good, unseen } from './doctor-check.ts'

export const terminalChecks: readonly Check[] = [
  { chapter: 11, name: 'devpts', check: asRoot(() => ownTerminal()) },
  {
    chapter: 11,
    name: 'terminal',
    check: ({ terminal }) =>
      terminal ? good('yes') : unseen('none here, and -it needs one: this is a pipe or a script'),
  },
]

/** @throws SyscallError if there is none to be had */
function ownTerminal(): Finding {
  const { steps, devpts, master, slave } = terminalSteps({ rows: 24, columns: 80 })
  const resultOf = perform(steps)
  for (const made of [devpts, master, slave]) closeSync(resultOf(made))
  return good('a file system of terminals can be made')
}
