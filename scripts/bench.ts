// npm run bench [-- --rounds N --folder /dev/shm] [-- start exec many pull memory]
//
// How fast is the engine, beside what else there is on this machine? A report for people, not a test. Every figure is
// a ratio within one run: the machine's own speed, and how busy it is, cancel out. Needs root. Sends nothing anywhere
// but to this machine itself, and takes away all that it made, also after Ctrl-C; only the generated image stays
// in /var/tmp, for the next time.

import { cpus, release } from 'node:os'
import { parseArgs } from 'node:util'
import { benchMany } from './bench/many.ts'
import { benchMemory } from './bench/memory.ts'
import { peers } from './bench/peers.ts'
import { benchPull } from './bench/pull.ts'
import { benchExec, benchStart } from './bench/start.ts'
import { openWorkplace } from './bench/workplace.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '20' },
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
const wanted = (part: string) => positionals.length === 0 || positionals.includes(part)

const workplace = openWorkplace(values.folder)
try {
  const others = peers(workplace)
  console.log(
    `Node ${process.versions.node}, Linux ${release()}, ${cpus().length} processors, ${rounds} rounds\n`,
  )
  if (wanted('start')) console.log(await benchStart(workplace, others, rounds), '\n')
  if (wanted('exec')) console.log(await benchExec(workplace, others, rounds), '\n')
  if (wanted('many')) console.log(await benchMany(workplace, others, Math.ceil(rounds / 4)), '\n')
  if (wanted('pull')) console.log(await benchPull(workplace, Math.ceil(rounds / 4)), '\n')
  if (wanted('memory')) console.log(await benchMemory(workplace), '\n')
} finally {
  workplace.close()
}
