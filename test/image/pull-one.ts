// Pulls one image in a process of its own, for it needs root: node pull-one.ts ROOT NAME [OPTIONS as JSON]
// Prints what came of it as JSON. Names of environment variables and everything else are as for a user.

import { readFileSync } from 'node:fs'
import { pull } from '../../src/image/pull.ts'
import { openStore } from '../../src/image/store.ts'

const [root = '', name = '', options = '{}'] = process.argv.slice(2)
const statuses: string[] = []
const retries: string[] = []
try {
  const image = await pull(openStore(root), name, {
    backoff: 5,
    ...JSON.parse(options),
    onRetry: (why) => retries.push(why),
    onProgress: (event) => {
      if (event.kind === 'layer' && event.status !== 'Downloading')
        statuses.push(`${event.id} ${event.status}`)
      if (event.kind === 'pulled') statuses.push(event.newer ? 'newer' : 'up to date')
    },
  })
  // not maxRSS of getrusage(2), which remembers the process that this one was started from
  const memory = Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1024
  console.log(JSON.stringify({ image, statuses, retries, memory }))
} catch (error) {
  console.log(JSON.stringify({ error: (error as Error).message, statuses, retries }))
}
