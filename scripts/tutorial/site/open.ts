// Shows an address in the reader's browser, if there is one to show it in.

import { spawn } from 'node:child_process'

type Environment = Readonly<Record<string, string | undefined>>

/** The program that opens an address; undefined over SSH and without a screen, where it would open nothing or elsewhere. */
export function openerFor(platform: NodeJS.Platform, env: Environment): readonly string[] | undefined {
  if (env.SSH_CONNECTION || env.SSH_TTY || env.CI) return undefined
  if (platform === 'darwin') return ['open']
  if (platform === 'win32') return ['cmd', '/c', 'start', '']
  return env.DISPLAY || env.WAYLAND_DISPLAY ? ['xdg-open'] : undefined
}

/** Tries; who sees no browser has the printed address. */
export function openInBrowser(address: string): void {
  const [program, ...args] = openerFor(process.platform, process.env) ?? []
  if (program === undefined) return
  const child = spawn(program, [...args, address], { stdio: 'ignore', detached: true })
  child.on('error', () => {})
  child.unref()
}
