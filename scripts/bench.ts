// npm run bench [-- --rounds N --folder /dev/shm] [-- start exec detached …]
//
// How fast is the engine, beside what else there is on this machine? A report for people, not a test. Every figure is
// a ratio within one run: the machine's own speed, and how busy it is, cancel out. Needs root. Sends nothing anywhere
// but to this machine itself, and takes away all that it made, also after Ctrl-C; only the generated image stays
// in /var/tmp, for the next time.

import { cpus, release } from 'node:os'
import { parseArgs } from 'node:util'
import { benchDetached } from './bench/detached.ts'
import { type DockerEngine, dockerEngine } from './bench/docker-engine.ts'
import { benchIdle } from './bench/idle.ts'
import { benchLogs } from './bench/logs.ts'
import { benchMany } from './bench/many.ts'
import { benchMemory } from './bench/memory.ts'
import { type Peer, peers } from './bench/peers.ts'
import { benchPorts } from './bench/ports.ts'
import { benchPull } from './bench/pull.ts'
import { benchSecurity } from './bench/security.ts'
import { benchExec, benchStart } from './bench/start.ts'
import { openWorkplace, type Workplace } from './bench/workplace.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '20' },
    // of lines, through the log
    'log-megabytes': { type: 'string', default: '1000' },
    // left alone, for the memory beside them
    containers: { type: 'string', default: '100' },
    // where the others have their places, too; /dev/shm leaves the disk out of it
    folder: { type: 'string', default: '/var/lib' },
  },
})
if (process.platform !== 'linux' || process.geteuid?.() !== 0) {
  console.error(
    'The benchmark starts containers: it needs Linux and root. Run: sudo env "PATH=$PATH" npm run bench',
  )
  process.exit(1)
}
const rounds = Number(values.rounds)

/** What takes long is done less often. */
const less = (share: number) => Math.ceil(rounds / share)
type Part = (place: Workplace, others: readonly Peer[], engine: DockerEngine | string) => Promise<string>
const parts: Readonly<Record<string, Part>> = {
  start: (place, others) => benchStart(place, others, rounds),
  security: (place) => benchSecurity(place, 2 * rounds),
  exec: (place, others) => benchExec(place, others, rounds),
  detached: (place, others) => benchDetached(place, others, less(2)),
  many: (place, others) => benchMany(place, others, less(5)),
  logs: (place, others) => benchLogs(place, others, Number(values['log-megabytes']), less(20)),
  ports: (place, others, engine) => benchPorts(place, others, engine, less(4)),
  pull: (place, _, engine) => benchPull(place, engine, less(5)),
  memory: async (place, others) =>
    `${await benchMemory(place)}\n\n${await benchIdle(place, others, Number(values.containers))}`,
}
const unknown = positionals.find((part) => parts[part] === undefined)
if (unknown !== undefined) {
  console.error(`There is no part "${unknown}". There are ${Object.keys(parts).join(', ')}.`)
  process.exit(1)
}

const workplace = openWorkplace(values.folder)
try {
  const engine = await dockerEngine(workplace)
  const others = peers(workplace, engine)
  console.log(
    `Node ${process.versions.node}, Linux ${release()}, ${cpus().length} processors, ${rounds} rounds\n`,
  )
  for (const [name, part] of Object.entries(parts)) {
    if (positionals.length > 0 && !positionals.includes(name)) continue
    const begin = performance.now()
    console.log(await part(workplace, others, engine))
    console.log(`(${name}: ${((performance.now() - begin) / 1000).toFixed(0)} s)\n`)
  }
} finally {
  workplace.close()
}
