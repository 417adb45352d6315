// A real browser for the tests of the site. Debian's chromium, or CHROMIUM; without it these tests are skipped.

import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', process.env.CHROMIUM ?? ''].find(
  (path) => path !== '' && existsSync(path),
)

/** Why there is no browser, or undefined if there is one. */
export const missing = executablePath ? undefined : 'there is no chromium: apt-get install chromium'

export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}
