// npx tsx chapters/11-terminal.ts
//
// A terminal is a pair of files with a small program of the kernel's between them. This chapter sits at its one end, where
// keys are pressed and a screen shows what comes, and starts programs at the other: on the host, in a container, and with
// gocker in between. All of its terminals are made here, so it needs none itself.

import { existsSync, fstatSync, readdirSync, readFileSync, writeSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { makeRaw } from '../src/container/raw-mode.ts'
import { isTerminal, terminalSteps } from '../src/container/terminal.ts'
import { privateSteps } from '../src/rootfs/pivot-root.ts'
import { call } from '../src/syscall/call.ts'
import * as C from '../src/syscall/constants.ts'
import { close, ioctl, openat } from '../src/syscall/file.ts'
import { move_mount } from '../src/syscall/mount.ts'
import { perform } from '../src/syscall/perform.ts'
import { flags } from '../src/syscall/syscall.ts'
import { exitCode } from '../src/syscall/wait.ts'
import { cleanUpFirst } from './ask.ts'
import { atNoTerminal, containerIn, gocker, prepareStore, untilRaw } from './gocker.ts'
import { type Narrator, tell } from './narrator.ts'
import { isThere } from './processes.ts'
import {
  atTerminal,
  prompt,
  readFully,
  type Screen,
  type Started,
  screenOf,
  sitDown,
  startPiped,
  told,
  visible,
} from './screen.ts'
import { becomes, settings, standing } from './standing.ts'

const beside = (name: string) => fileURLToPath(new URL(name, import.meta.url))
cleanUpFirst()

const shell = (script: string) => ['/bin/sh', '-c', script]

function pipes({ say, host, quietly }: Narrator): void {
  const curious = shell('tty; ls -d /tmp /usr /var; exec sh -i')
  say(
    'A program with pipes for its input and output. It looks around, and then becomes a shell for a person:',
  )
  quietly(() => {
    using alice = startPiped(curious)
    alice.endsInput()
    host(alice.rest())
  })
  say('The same program at a terminal. The person types exit:')
  quietly(() => {
    using alice = sitDown()
    alice.starts({ args: curious })
    const before = alice.sees(prompt)
    alice.types('exit\r')
    host(before + alice.rest())
  })

  const filter = shell('{ echo one; read more; } | grep .')
  say('A filter has read one line, and waits for the next. What has come of it?')
  quietly(() => {
    using alice = startPiped(filter)
    host(`through a pipe: ${visible(alice.within(300)) || 'nothing'}`)
    alice.endsInput()
    host(`                and when its input has ended: ${visible(alice.rest())}`)
    using bob = sitDown()
    bob.starts({ args: filter })
    host(`at a terminal:  ${visible(bob.sees('one\r\n'))}`)
  })

  say('Ctrl-C is pressed:')
  quietly(() => {
    using alice = startPiped(shell('od -An -c'))
    alice.types('\x03')
    alice.endsInput()
    host(`through a pipe: the program reads a character, ${alice.rest().trim()}`)
    using bob = sitDown()
    const program = bob.starts({ args: shell('echo ready; exec sleep 300') })
    bob.sees('ready\r\n')
    bob.types('\x03')
    host(
      `at a terminal:  the program ends, with ${exitCode(program.ended())}, and the screen shows ${bob.sees('^C')}`,
    )
  })
}

function pair({ say, host, quietly }: Narrator): void {
  const keys = 'helo\x7flo\r'
  const round = (screen: Screen, shown: () => string, length: number) => {
    screen.types(keys)
    host(`typed at the master     ${visible(keys)}`)
    host(`shown at the master     ${visible(shown()) || 'nothing'}`)
    host(`read at the other end   ${visible(readFully(screen.slave, length))}`)
    writeSync(screen.slave, 'one\n')
    host(`written there           ${visible('one\n')}`)
    host(`shown at the master     ${visible(screen.sees('\n'))}`)
  }
  say('A new terminal of the host has two ends. The second is got from the first, without looking up a path:')
  using screen = sitDown()
  say('Somebody types helo, presses Backspace, goes on with lo, and presses Enter:')
  quietly(() => round(screen, () => screen.sees('\r\n'), 'hello\n'.length))
  say('The same keys when the terminal is in raw mode. What lies between the two ends does nothing any more:')
  makeRaw(screen.slave)
  quietly(() => round(screen, () => screen.within(100), keys.length))
}

function keys({ say, host, quietly }: Narrator): void {
  using made = new DisposableStack()
  const alice = made.use(quietly(() => sitDown()))
  say('A shell, and the calls that make it the owner of a terminal:')
  const owner = alice.starts({ args: ['/bin/sh', '-i'] })
  quietly(() => {
    alice.sees(prompt)
    alice.types("sleep 300 & echo back'='$!\r")
    const back = told(alice, 'back')
    // in a group of its own behind the shell's, it is not told of the end
    made.defer(() => process.kill(back, 'SIGKILL'))
    alice.types("sh -c 'echo front=$$; exec sleep 301'\r")
    const front = told(alice, 'front')
    for (const pid of [back, front]) becomes(pid, 'sleep')
    say('It has started two programs, the first with & behind it. All three are at the same terminal:')
    for (const pid of [owner.pid, back, front]) host(standing(pid))
    say('Ctrl-C is pressed:')
    alice.types('\x03')
    alice.sees('^C')
    alice.sees(prompt)
    for (const [pid, who] of [
      [owner.pid, 'the shell'],
      [back, 'the one behind'],
      [front, 'the one in front'],
    ] as const)
      host(`${who} ${isThere(pid) ? 'is still there' : 'has ended'}`)
  })

  say('The same terminal is 0, 1 and 2 of a program, but the last of the calls was left out:')
  const bob = made.use(quietly(() => sitDown()))
  const calls = atTerminal(bob.slave).slice(0, -1)
  // not by a shell: some of them make their input their own terminal
  const program = bob.starts({ args: ['/bin/sleep', '302'], calls })
  quietly(() => {
    becomes(program.pid, 'sleep')
    host(standing(program.pid))
    bob.types('\x03')
    bob.sees('^C')
    host(`Ctrl-C is pressed: ${isThere(program.pid) ? 'nobody is told' : 'it has ended'}`)
  })
}

function size({ say, host, quietly }: Narrator): void {
  using alice = quietly(() => sitDown({ rows: 24, columns: 80 }))
  const script = 'trap "stty size" WINCH; stty size; while :; do sleep 0.1; done'
  say('A program asks how large its window is, and asks again when it gets SIGWINCH:')
  quietly(() => {
    alice.starts({ args: shell(script) })
    host(alice.sees('\r\n'))
  })
  say('The window is made larger:')
  alice.resizes({ rows: 50, columns: 132 })
  quietly(() => host(alice.sees(/\d.*\r\n/)))
}

/** Mallory’s program: it types this line on the terminal that is its input. */
const mallory = (...words: string[]) => [process.execPath, '--', beside('typist.ts'), ...words]

/** What Alice sees, at whose shell it is started. */
function startedByAlice(...words: string[]): string {
  using alice = sitDown()
  alice.starts({ args: ['/bin/sh', '-i'] })
  alice.sees(prompt)
  const quoted = mallory('echo I am $(id -un) of $(uname -n)', ...words).map((word) => `'${word}'`)
  alice.types(`${quoted.join(' ')}\r`)
  alice.sees('\r\n')
  return alice.sees(/I am \w+ of.*\r\n|is refused.*\r\n/)
}

function inject({ say, host, quietly }: Narrator): void {
  const path = '/proc/sys/dev/tty/legacy_tiocsti'
  const value = existsSync(path) ? readFileSync(path, 'utf8').trim() : 'not there, as before Linux 6.2'
  host(`dev.tty.legacy_tiocsti: ${value}`)
  say(
    'Alice starts Mallory’s program, with the rights that root has in a container. Its input is her terminal:',
  )
  quietly(() => {
    const screen = startedByAlice()
    host(screen)
    if (!screen.includes('refused')) return
    say(
      'This kernel has the call turned off for programs without CAP_SYS_ADMIN. With it, as in privileged containers:',
    )
    host(startedByAlice('privileged'))
  })
  say(
    'The same, but the program is in a session of its own. The terminal is still its input, but not its own:',
  )
  quietly(() => {
    using alice = sitDown()
    alice.starts({ args: mallory('echo hello'), calls: atTerminal(alice.slave).slice(0, -1) })
    host(alice.rest())
  })
}

/** A shell in a mount namespace, with a devpts of its own over /dev/pts: the part of a container that this chapter adds. */
function inside({ rows, columns } = { rows: 24, columns: 80 }): Screen & { readonly shell: Started } {
  const { steps, devpts, master, slave } = terminalSteps({ rows, columns })
  const resultOf = perform(steps)
  const tree = resultOf(devpts)
  const screen = screenOf({ master: resultOf(master), slave: resultOf(slave) })
  const calls = [
    ...privateSteps().map((step) => step.call),
    move_mount(tree, '/dev/pts'),
    ...atTerminal(screen.slave),
  ]
  const shell = screen.starts({ args: ['/bin/sh', '-i'], flags: C.CLONE_NEWNS, calls })
  call(close(tree))
  return { ...screen, shell }
}

function own({ say, host, inside: within, quietly }: Narrator): void {
  const names = () => readdirSync('/dev/pts').join(' ')
  host(`/dev/pts here: ${names()}`)
  say('A file system of terminals, a terminal in it, and a process that has it at /dev/pts:')
  using alice = inside()
  using bob = quietly(() => inside())
  quietly(() => {
    for (const [name, screen] of Object.entries({ alice, bob })) {
      screen.sees(prompt)
      screen.types('echo "$(tty), of" $(ls /dev/pts)\r')
      screen.sees('\r\n')
      within(`${name}: ${screen.sees('\r\n')}`)
      screen.sees(prompt)
    }
  })
  host(`/dev/pts here: ${names()}`)

  say(
    'Alice runs exec, which wants a further terminal in there. Mallory waits until it is made, and mounts a file over it:',
  )
  const directory = `/proc/${alice.shell.pid}/root/dev/pts`
  const master = call(openat(C.AT_FDCWD, `${directory}/ptmx`, C.O_RDWR | C.O_NOCTTY | C.O_CLOEXEC))
  quietly(() => {
    call(ioctl(master, C.TIOCSPTLCK, new Uint8Array(4)))
    alice.types('mount --bind /etc/hostname /dev/pts/1; echo mounted\r')
    alice.sees('\nmounted\r\n')
  })
  const byPath = call(openat(C.AT_FDCWD, `${directory}/1`, C.O_RDWR | C.O_NOCTTY | C.O_CLOEXEC))
  const byPeer = call(ioctl(master, C.TIOCGPTPEER, flags('O_', C.O_RDWR | C.O_NOCTTY | C.O_CLOEXEC)))
  quietly(() => {
    host(`the path leads to ${fstatSync(byPath).isFile() ? 'a file of Mallory’s choice' : 'a device'}`)
    host(`TIOCGPTPEER gives ${isTerminal(byPeer) ? 'the terminal' : 'something else'}`)
    for (const fd of [byPath, byPeer, master]) call(close(fd))
  })
}

async function between({ say, host, inside, quietly }: Narrator): Promise<void> {
  await quietly(prepareStore)
  quietly(() => {
    using made = new DisposableStack()
    const name = containerIn(made)
    const alice = made.use(sitDown())
    const look = (what: string) => host(`${what.padEnd(10)} ${settings(alice.slave)}`)
    say(
      'Alice’s terminal, before, while gocker run -it stands between it and that of a container, and after:',
    )
    look('before')
    const run = gocker(alice, 'run', '--rm', '-it', '--name', name, '--network', 'none', 'tiny', 'sh')
    alice.sees(prompt)
    look('meanwhile')
    alice.types('tty; stty size\r')
    alice.sees('\r\n')
    inside(alice.sees(/\d+ \d+\r\n/))
    say('Her window becomes larger. Then she starts a program, and presses Ctrl-C:')
    alice.resizes({ rows: 50, columns: 132 })
    do alice.types('stty size\r')
    while (!/50 132/.test(alice.sees(/\d+ \d+\r\n.*# /s)))
    inside('50 132')
    alice.types("sh -c 'echo in front; exec sleep 303'\r")
    alice.sees('in front\r\n')
    alice.types('\x03')
    alice.sees(prompt)
    alice.types('echo status $?\r')
    alice.sees('$?\r\n')
    inside(alice.sees(/status \d+/))
    alice.types('exit 7\r')
    host(`gocker has ended, with ${exitCode(run.ended())}`)
    look('after')
  })
}

async function visitors({ say, host, quietly }: Narrator): Promise<void> {
  await quietly(prepareStore)
  quietly(() => {
    using made = new DisposableStack()
    const name = containerIn(made)
    say(
      'A container is started in the background, with a terminal. Alice attaches to it, and then Bob, whose window is larger:',
    )
    atNoTerminal('run', '-dit', '--name', name, '--network', 'none', 'tiny', 'sh')
    const alice = made.use(sitDown({ rows: 24, columns: 80 }))
    const bob = made.use(sitDown({ rows: 30, columns: 100 }))
    gocker(alice, 'attach', name)
    untilRaw(alice)
    alice.types('echo "Alice sees" $(stty size)\r')
    host(`on Alice’s screen  ${visible(alice.sees(/Alice sees \d.*\r\n/))}`)
    const leaving = gocker(bob, 'attach', name)
    untilRaw(bob)
    bob.types('echo "Bob sees" $(stty size)\r')
    for (const [whose, screen] of [
      ['Alice', alice],
      ['Bob', bob],
    ] as const)
      host(`${`on ${whose}’s screen`.padEnd(18)} ${visible(screen.sees(/Bob sees \d.*\r\n/))}`)
    say('Bob presses Ctrl-P, Ctrl-Q:')
    bob.types('\x10\x11')
    bob.sees('read escape sequence\r\n')
    host('on Bob’s screen    read escape sequence')
    host(`his gocker has ended, with ${exitCode(leaving.ended())}`)
    alice.types('echo still here\r')
    alice.sees('still here\r\n')
    host(`on Alice’s screen  ${alice.sees('still here')}`)
  })
}

await tell({
  number: 11,
  title: 'the terminal',
  file: '11-terminal.ts',
  experiments: [
    { name: 'pipes', shows: 'what a program does without a terminal, and with one', run: pipes },
    { name: 'pair', shows: 'two ends, and what lies between them', run: pair },
    { name: 'keys', shows: 'a key becomes a signal, and for whom', run: keys },
    { name: 'size', shows: 'the window becomes larger', run: size },
    { name: 'inject', shows: 'somebody else types at your terminal', run: inject },
    { name: 'own', shows: 'terminals of the container’s own', run: own },
    { name: 'between', shows: 'gocker stands between two terminals', run: between },
    { name: 'visitors', shows: 'two people at the terminal of one container', run: visitors },
  ],
})
