// A long text, shown by the reader's own pager.

import { spawn, spawnSync } from 'node:child_process'

export interface Pager {
  /** As a shell understands it. */
  readonly command: string
  readonly knowsLinks: boolean
}

/** `$PAGER`, or less if there is one. */
export function findPager(): Pager | undefined {
  const own = process.env.PAGER
  if (own !== undefined && own.trim() !== '' && !/^\s*less\b/.test(own))
    return { command: own, knowsLinks: false }
  const { status, stdout } = spawnSync('less', ['--version'], { encoding: 'utf8' })
  if (status !== 0) return undefined
  // older ones show the escape sequence of a link instead of following it
  const version = Number(/^less (\d+)/.exec(stdout)?.[1] ?? 0)
  return { command: own?.trim() || 'less', knowsLinks: version >= 581 }
}

/**
 * Show the text, beginning with this line; those before it can be scrolled to, where the pager can do that.
 * @returns false if the pager could not be started
 */
export async function page({ command }: Pager, lines: readonly string[], first: number): Promise<boolean> {
  const canJump = /^\s*(less|more|most)\b/.test(command)
  const jump = first > 0 && canJump ? ` +${first + 1}` : ''
  const text = (canJump ? lines : lines.slice(first)).join('\n')
  const child = spawn(command + jump, {
    shell: true,
    stdio: ['pipe', 'inherit', 'inherit'],
    env: { ...process.env, LESS: process.env.LESS ?? '-R', LESSCHARSET: process.env.LESSCHARSET ?? 'utf-8' },
  })
  // Ctrl-C is for the pager
  const ignore = () => {}
  process.on('SIGINT', ignore)
  // it may be left before it has read all
  child.stdin.on('error', () => {})
  child.stdin.end(`${text}\n`)
  const status = await new Promise((resolve) =>
    child.once('error', () => resolve(127)).once('close', resolve),
  )
  process.off('SIGINT', ignore)
  return status !== 126 && status !== 127
}
