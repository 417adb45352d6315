// A learner at a terminal: the workshop in a real pseudo-terminal (script(1) of util-linux makes it), the keys they press, and
// what they see.

import { spawn, spawnSync } from 'node:child_process'
import { stripVTControlCharacters } from 'node:util'
import { home } from '../../scripts/tutorial/book.ts'

export interface Learner extends AsyncDisposable {
  /** `\r` is Enter, `\x1b` Escape. */
  readonly presses: (keys: string) => void
  /** Wait until this is on the screen, after everything that was waited for before. What was drawn up to it. */
  readonly sees: (text: string | RegExp) => Promise<string>
  /** Everything that the terminal got, escape sequences and all. */
  readonly raw: () => string
  readonly resizes: (rows: number, columns: number) => void
}

export const hasScript = spawnSync('script', ['--version']).status === 0

/** A shell that tells the terminal's settings, runs the workshop, and tells them again. */
export async function learner(
  root: string,
  { args = '', rows = 24, columns = 80, env = {} } = {},
): Promise<Learner> {
  const { execPath } = process
  const commands = `stty rows ${rows} columns ${columns}; tty; echo "before $(stty -g)"; cd '${home}'
    sh -c 'echo "pid $$"; exec "$0" "$@"' '${execPath}' scripts/workshop.ts ${args}; echo "status $?"; echo "after $(stty -g)"; echo end`
  const script = spawn('script', ['-q', '-f', '-c', commands, '/dev/null'], {
    env: {
      ...process.env,
      TERM: 'xterm',
      NO_COLOR: undefined,
      FORCE_COLOR: undefined,
      GOCKER_COURSE: root,
      ...env,
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  let raw = ''
  let seen = 0
  script.stdout.on('data', (bytes) => {
    raw += bytes
  })
  const find = (text: string | RegExp) => {
    const rest = stripVTControlCharacters(raw).slice(seen)
    const match = typeof text === 'string' ? rest.indexOf(text) : rest.search(text)
    const length = typeof text === 'string' ? text.length : (text.exec(rest)?.[0].length ?? 0)
    return match < 0 ? undefined : { before: rest.slice(0, match + length), end: seen + match + length }
  }
  const sees = async (text: string | RegExp) => {
    const limit = Date.now() + 45_000
    for (;;) {
      const found = find(text)
      if (found) {
        seen = found.end
        return found.before
      }
      if (Date.now() > limit)
        throw new Error(`not on the screen: ${text}, but:\n${stripVTControlCharacters(raw).slice(seen)}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  const device = /\/dev\/\S+/.exec(await sees(/\/dev\/\S+/))![0]
  return {
    presses: (keys) => void script.stdin.write(keys),
    sees,
    raw: () => raw,
    resizes: (toRows, toColumns) =>
      void spawnSync('stty', ['-F', device, 'rows', `${toRows}`, 'columns', `${toColumns}`]),
    [Symbol.asyncDispose]: async () => {
      script.stdin.end()
      // its shell gets SIGHUP, as the terminal is gone
      script.kill('SIGKILL')
      if (script.exitCode === null && script.signalCode === null)
        await new Promise((resolve) => script.once('exit', resolve))
    },
  }
}
