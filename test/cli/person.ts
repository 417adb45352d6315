// A person at a terminal: a shell in a real pseudo-terminal (script(1) of util-linux makes it), what they type, and what
// they see.

import { spawn, spawnSync } from 'node:child_process'
import { places, program, until } from './gocker.ts'

export interface Person extends AsyncDisposable {
  /** Type this, as it is: `\r` is the Enter key, `\x03` is Ctrl-C. */
  readonly types: (keys: string) => void
  /** Wait until this is on the screen, after everything that was waited for before. The part of the screen up to it. */
  readonly sees: (text: string | RegExp) => Promise<string>
  /** The terminal's device, for those who look at it from outside. */
  readonly device: string
}

export const hasScript = spawnSync('script', ['--version']).status === 0

/** Sit down at a terminal of 40 × 100, in which `gocker` is the command. */
export async function person(): Promise<Person> {
  const script = spawn('script', ['-q', '-f', '-c', 'exec sh', '/dev/null'], {
    env: { ...process.env, GOCKER_ROOT: places.root, TERM: 'xterm', HISTFILE: '' },
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  let screen = ''
  let seen = 0
  script.stdout.on('data', (bytes) => {
    screen += bytes
  })
  const find = (text: string | RegExp): number => {
    const rest = screen.slice(seen)
    if (typeof text === 'string') return rest.includes(text) ? seen + rest.indexOf(text) + text.length : -1
    const match = text.exec(rest)
    return match ? seen + match.index + match[0].length : -1
  }
  const types = (keys: string) => void script.stdin.write(keys)
  const sees = async (text: string | RegExp) => {
    await until(
      () => find(text) !== -1,
      () => `not on the screen: ${text}, but:\n${screen.slice(seen)}`,
    )
    const before = seen
    seen = find(text)
    return screen.slice(before, seen)
  }
  // the echo of this line is not the prompt that it sets
  types(`PS1='ho''st> '\r`)
  await sees('host> ')
  types(`stty rows 40 columns 100; gocker() { ${program} "$@"; }; tty\r`)
  const device = /\/dev\/pts\/\d+/.exec(await sees(/\/dev\/pts\/\d+\r\n.*host> /s))![0]
  return {
    types,
    sees,
    device,
    [Symbol.asyncDispose]: async () => {
      script.stdin.end()
      // its shell gets SIGHUP, as the terminal is gone
      script.kill('SIGKILL')
      if (script.exitCode === null && script.signalCode === null)
        await new Promise((resolve) => script.once('exit', resolve))
    },
  }
}

/** The settings of a terminal, as stty(1) tells them: echo, line mode, and all others. */
export function settings(device: string): string {
  return spawnSync('stty', ['-F', device, '-g'], { encoding: 'utf8' }).stdout.trim()
}

/** Make the window larger or smaller. */
export function resize(device: string, rows: number, columns: number): void {
  spawnSync('stty', ['-F', device, 'rows', String(rows), 'columns', String(columns)])
}
