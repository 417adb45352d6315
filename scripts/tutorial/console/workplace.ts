// The place where the commands of a page are run: folders of their own for gocker and as home, and an environment in which
// every machine prints the same. Temporary files lie where they do for a reader, since longer names would change what is
// printed. In the end the place is gone.

import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

export interface Workplace {
  readonly env: NodeJS.ProcessEnv
  remove(): void
}

const forwarding = '/proc/sys/net/ipv4/ip_forward'

/** @param root the project's folder */
export function makeWorkplace(root: string): Workplace {
  const folder = mkdtempSync(join(tmpdir(), 'gocker-course-'))
  mkdirSync(join(folder, 'home'))
  const env = {
    PATH: [join(root, 'node_modules/.bin'), process.env.PATH].join(delimiter),
    HOME: join(folder, 'home'),
    GOCKER_ROOT: join(folder, 'gocker'),
    NO_COLOR: '1',
    COLUMNS: '80',
    TERM: 'dumb',
    LANG: 'C.UTF-8',
    TZ: 'UTC',
    USER: process.env.USER ?? 'root',
    SHELL: '/bin/bash',
    // npx is to find what is installed here, and to say nothing of newer versions
    npm_config_offline: 'true',
    npm_config_update_notifier: 'false',
  }
  const forwarded = switchOnForwarding()
  const remove = () => {
    if (existsSync(env.GOCKER_ROOT))
      spawnSync(join(root, 'src/cli/gocker'), ['system', 'prune', '-f'], { env })
    if (forwarded !== undefined) writeFileSync(forwarding, forwarded)
    rmSync(folder, { recursive: true, force: true })
  }
  return { env, remove }
}

/** The first container with a network does so and says it, once for each machine: no page could show that. */
function switchOnForwarding(): string | undefined {
  if (process.platform !== 'linux' || process.geteuid?.() !== 0) return undefined
  const before = readFileSync(forwarding, 'utf8')
  if (before.trim() !== '1') writeFileSync(forwarding, '1')
  return before
}
