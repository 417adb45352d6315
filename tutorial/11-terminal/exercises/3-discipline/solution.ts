// Exercise 11-3: the line discipline of a terminal, with the settings that a new one has.

export interface Outcome {
  /** All that was sent to the screen. */
  readonly screen: string
  /** What each read(2) of the program has returned. */
  readonly reads: readonly string[]
  readonly signals: readonly ('SIGINT' | 'SIGQUIT' | 'SIGTSTP')[]
}

const signalOf = { '\x03': 'SIGINT', '\x1c': 'SIGQUIT', '\x1a': 'SIGTSTP' } as const

/** How a character is shown: a control character as two. */
function shown(key: string): string {
  return key < ' ' ? `^${String.fromCharCode(key.charCodeAt(0) + 64)}` : key
}

export function discipline(typed: string): Outcome {
  let screen = ''
  let line = ''
  const reads: string[] = []
  const signals: Outcome['signals'][number][] = []
  const complete = (end: string) => {
    reads.push(line + end)
    line = ''
  }
  const erase = () => {
    screen += '\b \b'.repeat(shown(line.slice(-1)).length)
    line = line.slice(0, -1)
  }
  for (const key of typed) {
    if (key === '\r') {
      screen += '\r\n'
      complete('\n')
    } else if (key === '\x04') complete('')
    else if (key === '\x7f') {
      if (line !== '') erase()
    } else if (key === '\x15') {
      while (line !== '') erase()
    } else if (key in signalOf) {
      signals.push(signalOf[key as keyof typeof signalOf])
      screen += shown(key)
      line = ''
    } else {
      screen += shown(key)
      line += key
    }
  }
  return { screen, reads, signals }
}
