// Questions to a person at the terminal: with what is typed shown, or not.

import { once } from 'node:events'
import { isatty } from 'node:tty'
import { UserError } from '../container/user-error.ts'
import { write } from './print.ts'

/** @throws UserError if nobody is there to answer */
export async function ask(question: string): Promise<string> {
  needTerminal()
  const { createInterface } = await import('node:readline/promises')
  const asking = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return (await asking.question(question)).trim()
  } finally {
    asking.close()
  }
}

/** The same, but what is typed stays off the screen. */
export async function askSecretly(question: string): Promise<string> {
  needTerminal()
  write(2, question)
  const { stdin } = process
  stdin.setRawMode(true)
  let typed = ''
  try {
    for (;;) {
      stdin.resume()
      const [bytes] = (await once(stdin, 'data')) as [Buffer]
      for (const character of bytes.toString()) {
        if (character === '\r' || character === '\n') return typed
        if (character === '\x03') throw new UserError('interrupted', 130)
        if (character === '\x04' && typed === '') throw new UserError('no password was given')
        typed = character === '\x7f' || character === '\b' ? typed.slice(0, -1) : typed + character
      }
    }
  } finally {
    stdin.setRawMode(false)
    stdin.pause()
    write(2, '\n')
  }
}

function needTerminal(): void {
  if (isatty(0)) return
  throw new UserError(
    'Cannot perform an interactive login from a non TTY device\nGive the name with -u, and the password with --password-stdin.',
  )
}
