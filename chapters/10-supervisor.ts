// npx tsx chapters/10-supervisor.ts
//
// The command that has started a container ends, and the container goes on. Who reads what it writes, who is told of its
// end, who starts it again? First each loss, with real processes; then one small process a container that prevents them
// (watcher.ts), and what becomes of that while nothing happens.

import {
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { openInit } from '../src/container/init.ts'
import { places as placesIn } from '../src/container/places.ts'
import { decoder } from '../src/supervisor/frame.ts'
import { visit } from '../src/supervisor/socket.ts'
import { attempt, call } from '../src/syscall/call.ts'
import { clone } from '../src/syscall/clone.ts'
import * as C from '../src/syscall/constants.ts'
import { errnoName } from '../src/syscall/errno.ts'
import { close, dup3, fcntl, ioctl, pipe2 } from '../src/syscall/file.ts'
import { execve, execveat, kill, prctl, setsid, wait4 } from '../src/syscall/process.ts'
import type { Syscall } from '../src/syscall/syscall.ts'
import { type End, poll, waitNow } from '../src/syscall/wait.ts'
import { type Narrator, tell } from './narrator.ts'
import { childrenOf, fieldOf, isThere, parentOf, privateMemory, programOf, socketsOf } from './processes.ts'
import type { Order } from './watcher.ts'

const environment = ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin']
const root = mkdtempSync(join(tmpdir(), 'gocker-chapter-'))
const places = placesIn({ GOCKER_ROOT: root })

/** Whoever may outlive the experiment that has started it. */
const alive = new Set<number>()
process.on('exit', () => {
  for (const pid of alive) attempt(kill(pid, C.SIGKILL))
  rmSync(root, { recursive: true, force: true })
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))

/** What an experiment starts goes with this program. */
const wish = prctl(C.PR_SET_PDEATHSIG, C.SIGKILL)
const shell = (script: string) => [wish, execve('/bin/sh', ['sh', '-c', script], environment)]

function start(flags: number, calls: readonly Syscall[]): number {
  const pid = clone(flags, calls)
  alive.add(pid)
  return pid
}

function endOf(pid: number): string {
  const end = waitNow(pid)
  alive.delete(pid)
  return inWords(end)
}

const inWords = (end: End) =>
  'exited' in end ? `ended by itself, exit code ${end.exited}` : `killed by signal ${end.signal}`

function pipe(): { readonly reading: number; readonly writing: number } {
  const ends = new Int32Array(2)
  call(pipe2(new Uint8Array(ends.buffer), C.O_CLOEXEC))
  return { reading: ends[0]!, writing: ends[1]! }
}

/** A process whose output is a pipe, of which we hold the end to read from. */
function withPipe(script: string, more: readonly Syscall[] = []): { pid: number; reading: number } {
  const { reading, writing } = pipe()
  const pid = start(0, [dup3(writing, 1), ...more, ...shell(script)])
  call(close(writing))
  return { pid, reading }
}

/** The first line that comes. */
function line(fd: number): string {
  const bytes = Buffer.alloc(4096)
  return bytes.toString('utf8', 0, readSync(fd, bytes)).split('\n')[0]!
}

/** The number of bytes that wait in a pipe. */
function waiting(fd: number): number {
  const count = new Uint8Array(4)
  call(ioctl(fd, C.TIOCINQ, count))
  return new Int32Array(count.buffer)[0]!
}

async function until<T>(look: () => T | undefined | false): Promise<T> {
  for (const deadline = Date.now() + 20_000; Date.now() < deadline; ) {
    const found = look()
    if (found !== undefined && found !== false) return found
    await setTimeout(10)
  }
  throw new Error('What should have happened has not happened within 20 seconds.')
}

async function pipes({ say, host, quietly }: Narrator): Promise<void> {
  say('Alice writes into a pipe. We read one line, and go, as a command does that has ended:')
  await quietly(async () => {
    const { pid, reading } = withPipe('while echo hello; do sleep 0.05; done')
    host(`read from the pipe: ${line(reading)}`)
    call(close(reading))
    host(`Alice: ${endOf(pid)}. That is SIGPIPE: nobody will ever read this.`)
  })
  say('This time we keep the pipe and do not read. She wants to write a million bytes:')
  await quietly(async () => {
    const { pid, reading } = withPipe('head -c 1000000 /dev/zero')
    // 64 KB, or less for a user who has very many pipes: pipe(7)
    const size = call(fcntl(reading, C.F_GETPIPE_SZ, 0))
    await until(() => waiting(reading) === size)
    host(`in the pipe: ${size} bytes, and Alice waits until somebody reads.`)
    let rest = 0
    for (let read = -1; read !== 0; rest += read) read = readSync(reading, Buffer.alloc(65536))
    host(`We read ${rest} bytes. Alice: ${endOf(pid)}.`)
    call(close(reading))
  })
}

/** Starts Alice, says her number, and ends at once. She ends with the code 7, when there is an end of what she reads. */
const command = "exec 3<&0; sh -c 'read -r word; exit 7' <&3 & echo $!"

async function parent({ say, host, quietly }: Narrator): Promise<void> {
  const lose = async () => {
    const input = pipe()
    const { pid, reading } = withPipe(command, [dup3(input.reading, 0)])
    const alice = Number(line(reading))
    alive.add(alice)
    host(`The command: ${endOf(pid)}. It has left process ${alice} behind.`)
    const foster = parentOf(alice)!
    host(
      `Her parent is process ${foster} now: ${foster === process.pid ? 'that is us' : fieldOf(foster, 'Name')}.`,
    )
    for (const fd of [reading, input.reading, input.writing]) call(close(fd))
    return alice
  }
  say('A command starts Alice and ends. She will end with the code 7. Who is told?')
  const stranger = await quietly(lose)
  await quietly(() => until(() => !isThere(stranger)))
  alive.delete(stranger)
  const said = attempt(wait4(stranger, new Uint8Array(4), 0))
  host(`Not us. We ask with wait4: ${errnoName(-said)}, she was never our child. Her exit code is lost.`)
  say('Once more, but before that we ask to get the orphans of those below us:')
  call(prctl(C.PR_SET_CHILD_SUBREAPER, 1))
  try {
    const ours = await quietly(lose)
    host(`Alice: ${await quietly(() => endOf(ours))}`)
  } finally {
    call(prctl(C.PR_SET_CHILD_SUBREAPER, 0))
  }
}

/** Two orphans, and then a program that has never heard of them. */
const careless = '(sleep 100 &); (sleep 100 &); exec sleep 200'

async function one({ say, host, quietly }: Narrator): Promise<void> {
  const look = async (pid: number, program: number) => {
    const orphans = () => childrenOf(pid).filter((child) => child !== program)
    await until(() => fieldOf(program, 'Name') === 'sleep' && orphans().length === 2)
    for (const orphan of orphans()) call(kill(orphan, C.SIGKILL))
    const isDead = (child: number) => fieldOf(child, 'State')?.startsWith('Z') ?? true
    const dead = await until(() => orphans().every(isDead) && orphans())
    host(`The orphans have ended. Zombies: ${dead.length}`)
    call(kill(pid, C.SIGTERM))
    await setTimeout(200)
    const end = pid === program ? poll(pid) : await until(() => poll(pid))
    if (end) alive.delete(pid)
    host(`SIGTERM: ${end ? inWords(end) : 'it is still there, as if nothing had been said'}.`)
    return end
  }
  say('A program is process 1, and two orphans are left to it. They end, and it gets SIGTERM:')
  await quietly(async () => {
    const pid = start(C.CLONE_NEWPID, shell(careless))
    if (await look(pid, pid)) return
    call(kill(pid, C.SIGKILL))
    host(`SIGKILL: ${endOf(pid)}.`)
  })
  say('The same program, as the child of one that does what a process 1 has to do (gocker run --init):')
  await quietly(async () => {
    const init = openInit({ args: ['sh'] }, shell(careless).slice(-1))
    host(`That one has ${statSync(`/proc/self/fd/${init}`).size} bytes.`)
    const pid = start(C.CLONE_NEWPID, [wish, execveat(init, ['init'], [])])
    call(close(init))
    await look(pid, await until(() => childrenOf(pid)[0]))
  })
}

let supervised = 0

/** Start a supervisor for a script, in a session of its own, with nothing of ours. */
async function supervise(script: string, more: Partial<Order> = {}) {
  const id = `alice-${++supervised}`
  const folder = join(places.containers, id)
  mkdirSync(folder, { recursive: true })
  const order: Order = { script, wish: true, ...more }
  const program = [process.execPath, ...process.execArgv, watcher, id, JSON.stringify(order)]
  const nothing = openSync('/dev/null', 'r+')
  const pid = start(0, [
    setsid(),
    ...[0, 1, 2].map((fd) => dup3(nothing, fd)),
    execve(program[0]!, program, [`GOCKER_ROOT=${root}`, ...environment]),
  ])
  call(close(nothing))
  const read = (name: string) => {
    try {
      return readFileSync(join(folder, name), 'utf8').trim()
    } catch {
      return undefined
    }
  }
  const child = await until(() => (read('log') ? childrenOf(pid)[0] : undefined))
  alive.add(child)
  return { id, folder, pid, child, read }
}

const watcher = fileURLToPath(new URL('watcher.ts', import.meta.url))

/** It says one, waits for a line, says two, and ends with the code 7. */
const twoWords = 'mkfifo go; echo one; read -r go < go; echo two; exit 7'

/** Write that line. */
const goOn = ({ folder }: { readonly folder: string }) => writeFileSync(join(folder, 'go'), 'go\n')

async function supervisor({ say, host, quietly }: Narrator): Promise<void> {
  say(
    'A command starts a supervisor, which starts Alice. The first thing that it does is to leave our session:',
  )
  const alice = await supervise(twoWords)
  const isParent = parentOf(alice.child) === alice.pid
  host(`process ${alice.pid}, in a session of its own; Alice is its child: ${isParent ? 'yes' : 'no'}`)
  host(`Nobody listens. Its log: ${alice.read('log')}`)
  say('Later, and from anywhere: a visit. Then Alice is told to go on.')
  await quietly(async () => {
    const socket = await visit(places, alice.id)
    const closed = new Promise((resolve) => socket.once('close', resolve))
    const frames = decoder(({ kind, content }) =>
      host(`heard: frame ${kind}, ${content.length} bytes: ${content.toString().trim()}`),
    )
    socket.on('data', frames)
    // what is said before we are let in is not for us
    await until(() => socketsOf(alice.pid) > 1)
    goOn(alice)
    await closed
    endOf(alice.pid)
  })
  const lines = alice.read('log')!.split('\n').length
  host(`What stays: a log of ${lines} lines, and the exit code ${alice.read('exit-code')}.`)
}

async function nap({ say, host, quietly }: Narrator): Promise<void> {
  const alice = await quietly(() => supervise(twoWords))
  const { pid, child } = alice
  const look = () => {
    const memory = `${(privateMemory(pid) / 1024).toLocaleString('en')} KB of its own`
    const what = `${programOf(pid)}, ${memory}`
    host(`process ${pid}: ${what}; Alice is its child: ${parentOf(child) === pid ? 'yes' : 'no'}`)
  }
  say('A supervisor for Alice, who has said one word and is silent. It is a whole Node:')
  // while somebody visits it, it stays awake
  const guest = await visit(places, alice.id)
  await until(() => !programOf(pid)?.startsWith('memfd:'))
  look()
  guest.destroy()
  say('After a while in which nothing happens, the same process is another program:')
  await quietly(() => until(() => programOf(pid)?.startsWith('memfd:')))
  look()
  host(`The program has ${statSync(`/proc/${pid}/exe`).size} bytes.`)
  say('Alice says another word, and ends:')
  await quietly(async () => {
    goOn(alice)
    endOf(pid)
  })
  const words = alice
    .read('log')!
    .split('\n')
    .map((text) => JSON.parse(text).log.trim())
  host(`In the log: ${words.join(', ')}. The exit code: ${alice.read('exit-code')}.`)
}

async function crash({ say, host, quietly }: Narrator): Promise<void> {
  for (const wanted of [false, true]) {
    const alice = await quietly(() => supervise(twoWords, { wish: wanted }))
    say(
      wanted
        ? 'The same, but Alice has asked for SIGKILL at the end of her parent, prctl(PR_SET_PDEATHSIG):'
        : 'Somebody kills the supervisor:',
    )
    call(kill(alice.pid, C.SIGKILL))
    quietly(() => endOf(alice.pid))
    if (wanted) {
      await until(() => !isThere(alice.child))
      host('Alice is gone, too. Whoever comes next sees it, and puts things in order.')
    } else {
      host(`Alice is there, and a stranger’s child: ${fieldOf(parentOf(alice.child)!, 'Name')}`)
      goOn(alice)
      await until(() => !isThere(alice.child))
      host('She said two, which killed her. What she said is in no log, and nobody has her exit code.')
    }
    alive.delete(alice.child)
    host(
      `log: ${alice.read('log')!.split('\n').length} line, exit code: ${alice.read('exit-code') ?? 'unknown'}`,
    )
  }
}

await tell({
  number: 10,
  title: 'the supervisor',
  file: '10-supervisor.ts',
  experiments: [
    { name: 'pipes', shows: 'the reader of a pipe goes, or does not read', run: pipes },
    { name: 'parent', shows: 'the parent goes, and the exit code with it', run: parent },
    { name: 'one', shows: 'what a process 1 has to do', run: one },
    { name: 'supervisor', shows: 'one small process that stays', run: supervisor },
    { name: 'nap', shows: 'and becomes a smaller one while nothing happens', run: nap },
    { name: 'crash', shows: 'what if that one is killed?', run: crash },
  ],
})
