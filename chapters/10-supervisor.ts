// npx tsx chapters/10-supervisor.ts
//
// The command that has started a container ends, and the container goes on. Who reads what it writes, who is told of its
// end, who starts it again? First each loss, with real processes; then one small process a container that prevents them
// (watcher.ts), and what becomes of that while nothing happens.

import { readSync, statSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { openInit } from '../src/container/init.ts'
import { decoder } from '../src/supervisor/frame.ts'
import { visit } from '../src/supervisor/socket.ts'
import { attempt, call } from '../src/syscall/call.ts'
import * as C from '../src/syscall/constants.ts'
import { errnoName } from '../src/syscall/errno.ts'
import { close, dup3, fcntl } from '../src/syscall/file.ts'
import { makePipe } from '../src/syscall/pipe.ts'
import { execveat, kill, prctl, wait4 } from '../src/syscall/process.ts'
import { poll } from '../src/syscall/wait.ts'
import { alive, endOf, inWords, line, shell, start, until, waiting, wish, withPipe } from './alive.ts'
import { type Narrator, tell } from './narrator.ts'
import { childrenOf, fieldOf, isThere, parentOf, privateMemory, programOf, socketsOf } from './processes.ts'
import { goOn, places, supervise, twoWords } from './supervised.ts'

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
    const [input, feeding] = makePipe()
    const { pid, reading } = withPipe(command, [dup3(input, 0)])
    const alice = Number(line(reading))
    alive.add(alice)
    host(`The command: ${endOf(pid)}. It has left process ${alice} behind.`)
    const foster = parentOf(alice)!
    host(
      `Her parent is process ${foster} now: ${foster === process.pid ? 'that is us' : fieldOf(foster, 'Name')}.`,
    )
    for (const fd of [reading, input, feeding]) call(close(fd))
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
