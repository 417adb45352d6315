// A container with a terminal, as a person at a real one sees it.

import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { background, gocker, isRoot, stateOf, terminalHolders, until, useGocker } from './gocker.ts'
import { hasScript, person, resize, settings } from './person.ts'

useGocker()

const run = (name: string, ...rest: string[]) =>
  `gocker run --rm -it --network none --name ${name} ${rest.join(' ')} tiny`

/** The process of gocker that watches over this container. */
const enginePid = (name: string) => stateOf(name)!.engine.pid
/** The gocker at the person's terminal. */
const clientPid = (name: string) =>
  Number(
    spawnSync('pgrep', ['-f', `entry.cjs run.*--name ${name} `], { encoding: 'utf8' }).stdout.split('\n')[0],
  )

/** The gocker that is attached to this container. */
const attachedPid = (name: string) =>
  Number(
    spawnSync('pgrep', ['-f', `entry.cjs attach.* ${name}$`], { encoding: 'utf8' }).stdout.split('\n')[0],
  )

describe.skipIf(!isRoot || !hasScript)('a container with a terminal (needs root, and script(1))', () => {
  it('has its own, of our size, with echo and line editing', async () => {
    await using alice = await person()
    alice.types(`${run('own')} sh\r`)
    await alice.sees('# ')
    alice.types('tty; stty size; echo $TERM; ls /dev/pts\r')
    expect(await alice.sees(/0\s+ptmx\r\n/)).toMatch(/\/dev\/pts\/0\r\n40 100\r\nxterm\r\n0\s+ptmx/)
    alice.types('echo one two\x7f\x7f\x7fthree > /dev/tty; exit 5\r')
    await alice.sees('one three\r\n')
    await alice.sees('host> ')
    alice.types('echo status $?\r')
    await alice.sees('status 5\r\n')
  })

  it('is left by the detach keys of exec, and the program goes on', async () => {
    await gocker('run', '-d', '--name', 'left', '--network', 'none', 'tiny', 'sleep', '1000')
    await using alice = await person()
    alice.types('gocker exec -it --detach-keys ctrl-x,x left sh\r')
    await alice.sees('# ')
    alice.types('exec sleep 2000\r')
    await until(async () => (await gocker('exec', 'left', 'ps')).stdout.includes('sleep 2000'))
    alice.types('\x18x')
    await alice.sees('read escape sequence\r\n')
    alice.types('echo status $?\r')
    await alice.sees('status 0\r\n')
    expect((await gocker('exec', 'left', 'ps')).stdout).toContain('sleep 2000')
    expect(terminalHolders()).toHaveLength(1)
    await gocker('rm', '-f', 'left')
    await until(() => terminalHolders().length === 0)
  })

  it('follows the size of our window', async () => {
    await using alice = await person()
    alice.types(`${run('window')} sh -c 'trap "stty size" WINCH; echo ready; while :; do sleep 0.1; done'\r`)
    await alice.sees('ready\r\n')
    resize(alice.device, 50, 120)
    await alice.sees('50 120\r\n')
    resize(alice.device, 20, 60)
    await alice.sees('20 60\r\n')
    process.kill(enginePid('window'), 'SIGKILL')
  })

  it('Ctrl-C is for the program in it, not for gocker', async () => {
    await using alice = await person()
    alice.types(`${run('ctrl-c')} sh\r`)
    await alice.sees('# ')
    alice.types('sleep 1000; echo slept: $?\r')
    await alice.sees('slept: $?\r\n')
    await until(async () => (await gocker('exec', 'ctrl-c', 'ps')).stdout.includes('sleep 1000'))
    alice.types('\x03')
    await alice.sees('# ')
    alice.types('echo still here\r')
    await alice.sees('still here\r\n')
    alice.types('\x04')
    await alice.sees('host> ')
  })

  it('has job control: Ctrl-Z stops a program, fg goes on with it', async () => {
    await using alice = await person()
    alice.types(`${run('jobs')} sh\r`)
    await alice.sees('# ')
    alice.types('cat\r')
    await alice.sees('cat\r\n')
    alice.types('first\r')
    await alice.sees('first\r\nfirst\r\n')
    alice.types('\x1a')
    await alice.sees(/Stopped.*# /s)
    alice.types('fg\r')
    await alice.sees('fg\r\ncat\r\n')
    alice.types('second\r')
    await alice.sees('second\r\nsecond\r\n')
    alice.types('\x04')
    await alice.sees('# ')
    alice.types('exit\r')
    await alice.sees('host> ')
  })

  it('leaves our terminal as it was', async () => {
    await using alice = await person()
    const before = settings(alice.device)
    alice.types(`${run('tidy')} sh\r`)
    await alice.sees('# ')
    expect(settings(alice.device)).not.toBe(before)
    alice.types('stty -echo; exit\r')
    await alice.sees('host> ')
    expect(settings(alice.device)).toBe(before)
  })

  it.each(['SIGTERM', 'SIGHUP', 'SIGINT'] as const)(
    'and does so also when gocker gets %s',
    async (signal) => {
      await using alice = await person()
      const before = settings(alice.device)
      alice.types(
        `${run('told')} sh -c 'trap "exit 9" TERM HUP INT; echo ready; while :; do sleep 0.1; done'\r`,
      )
      await alice.sees('ready\r\n')
      expect(settings(alice.device)).not.toBe(before)
      process.kill(clientPid('told'), signal)
      await alice.sees('host> ')
      expect(settings(alice.device)).toBe(before)
      alice.types('echo status $?\r')
      await alice.sees('status 9\r\n')
    },
  )

  it('and when the container is killed from elsewhere', async () => {
    await using alice = await person()
    const before = settings(alice.device)
    alice.types(`${run('killed')} sh -c 'echo ready; exec sleep 1000'\r`)
    await alice.sees('ready\r\n')
    expect((await gocker('rm', '-f', 'killed')).status).toBe(0)
    await alice.sees('host> ')
    expect(settings(alice.device)).toBe(before)
  })

  it('and when gocker is ended by a signal that it does not hand on', async () => {
    await gocker('run', '-dit', '--name', 'unproxied', '--network', 'none', 'tiny', 'sh')
    await using alice = await person()
    const before = settings(alice.device)
    alice.types('gocker attach --sig-proxy false unproxied\r')
    await until(async () => settings(alice.device) !== before)
    // at SIGINT and SIGTERM Node would do so itself
    process.kill(attachedPid('unproxied'), 'SIGHUP')
    await alice.sees('Hangup')
    await alice.sees('host> ')
    expect(settings(alice.device)).toBe(before)
    expect((await gocker('rm', '-f', 'unproxied')).status).toBe(0)
  })

  it('is seen by all who are attached, while exec has another, and one who leaves takes nothing with them', async () => {
    await gocker('run', '-dit', '--name', 'shared', '--network', 'none', 'tiny', 'sh')
    await using alice = await person()
    await using bob = await person()
    await using carol = await person()
    for (const one of [alice, bob]) {
      one.types('gocker attach shared\r')
      one.types('echo here $((1+1))\r')
      await one.sees('here 2\r\n')
    }
    carol.types('gocker exec -it shared sh\r')
    await carol.sees('# ')
    alice.types('tty; echo from $((2+1))\r')
    await alice.sees('from 3\r\n')
    expect(await bob.sees('from 3\r\n')).toContain('/dev/pts/0\r\n')
    carol.types('tty; echo of $((2+2))\r')
    expect(await carol.sees('of 4\r\n')).toContain('/dev/pts/1\r\n')
    resize(bob.device, 33, 77)
    await until(
      async () => (await gocker('exec', 'shared', 'stty', '-F', '/dev/pts/0', 'size')).stdout === '33 77\n',
    )
    bob.types('\x10\x11')
    await bob.sees('read escape sequence')
    alice.types('sleep 1000\r')
    await alice.sees('sleep 1000\r\n')
    alice.types('\x03')
    alice.types('echo then $((3+2))\r')
    await alice.sees('then 5\r\n')
    carol.types('exit\r')
    await carol.sees('host> ')
    alice.types('exit 3\r')
    await alice.sees('host> ')
    alice.types('echo status $?\r')
    await alice.sees('status 3\r\n')
    expect((await gocker('rm', 'shared')).status).toBe(0)
  })

  it('has room for programs that draw: vi writes a file', async () => {
    await using alice = await person()
    alice.types(`${run('drawn')} sh\r`)
    await alice.sees('# ')
    alice.types('vi /tmp/poem\r')
    await alice.sees('/tmp/poem')
    alice.types('iroses\x1b')
    await alice.sees('Modified')
    alice.types(':wq\r')
    await alice.sees('# ')
    alice.types('cat /tmp/poem; exit\r')
    await alice.sees('roses\r\n')
    await alice.sees('host> ')
  })

  it('is left when our terminal is closed, and the container goes on', async () => {
    await gocker('run', '-dit', '--name', 'closed', '--network', 'none', 'tiny', 'sh')
    {
      await using alice = await person()
      alice.types('gocker attach closed\r')
      await until(() => attachedPid('closed') > 0)
      alice.types('echo i am $((1+1))\r')
      await alice.sees('i am 2')
    }
    await until(() => attachedPid('closed') === 0)
    expect((await gocker('exec', 'closed', 'echo', 'on')).stdout).toBe('on\n')
    expect((await gocker('rm', '-f', 'closed')).status).toBe(0)
  })

  it('shows output alone with -t, and then our input is not read', async () => {
    await using alice = await person()
    const before = settings(alice.device)
    alice.types(
      `gocker run --rm -t --network none tiny sh -c 'test -t 0 -a -t 1 -a -t 2 && tty; sleep 0.3'\r`,
    )
    await alice.sees(/\n\/dev\/pts\/0\r+\n/)
    expect(settings(alice.device)).toBe(before)
    await alice.sees('host> ')
  })

  it('is no place from which our own shell can be typed at: without -t the program gets no terminal', async () => {
    await using alice = await person()
    alice.types(
      `gocker run --rm -i --network none tiny sh -c 'tty; test -t 1 || echo none; read a; echo "<$a>"'\r`,
    )
    expect(await alice.sees('none\r\n')).toContain('not a tty')
    alice.types('typed\r')
    await alice.sees('<typed>\r\n')
    await alice.sees('host> ')
  })

  it('and there Ctrl-C comes to the program through gocker', async () => {
    await using alice = await person()
    const script = 'trap "echo got it; exit 4" INT; echo ready; while :; do sleep 0.05; done'
    alice.types(`gocker run --rm --network none tiny sh -c '${script}'\r`)
    await alice.sees('ready\r\n')
    alice.types('\x03')
    await alice.sees('got it\r\n')
    await alice.sees('host> ')
    alice.types('echo status $?\r')
    await alice.sees('status 4\r\n')
  })

  it('of an ordinary user is that user’s', async () => {
    await using alice = await person()
    alice.types(`${run('user', '-u', '4711')} sh -c 'stat -c %u /dev/pts/0; echo written > /dev/pts/0'\r`)
    await alice.sees('4711\r\nwritten\r\n')
    await alice.sees('host> ')
  })

  it('exec brings a further one', async () => {
    await using _ = await background('further')
    await using alice = await person()
    const before = settings(alice.device)
    alice.types('gocker exec -it further sh\r')
    await alice.sees('# ')
    alice.types('tty; stty size\r')
    expect(await alice.sees('40 100\r\n')).toContain('/dev/pts/0\r\n')
    alice.types('sleep 1000\r')
    await until(async () => (await gocker('exec', 'further', 'ps')).stdout.match(/sleep 1000/g)?.length === 2)
    alice.types('\x03')
    await alice.sees('# ')
    alice.types('exit 4\r')
    await alice.sees('host> ')
    alice.types('echo status $?\r')
    await alice.sees('status 4\r\n')
    expect(settings(alice.device)).toBe(before)
  })

  it('is /dev/console, too', async () => {
    await using alice = await person()
    alice.types(`${run('console')} sh -c 'echo seen > /dev/console'\r`)
    await alice.sees('seen\r\n')
    await alice.sees('host> ')
  })

  it('a great deal of output arrives whole', async () => {
    const { status, stdout } = await gocker('run', '--rm', '-t', '--network', 'none', 'tiny', 'seq', '100000')
    expect(status).toBe(0)
    const lines = stdout.split('\r\n')
    expect([lines.length, lines.at(-2)]).toEqual([100_001, '100000'])
  })

  it('a megabyte that is pasted arrives whole', async () => {
    await using alice = await person()
    const script = 'stty raw -echo; echo go; head -c 1000000 | sha256sum; stty sane'
    alice.types(`${run('paste')} sh -c '${script}'\r`)
    await alice.sees('go\n')
    // with all that a line discipline or a search for keys could stumble over
    const bytes = Buffer.alloc(1_000_000, 'ab\x10\x10d\r\x03\x04\x7f\nc\x11efghij\x1a\n')
    alice.types(bytes.toString('latin1'))
    await alice.sees(createHash('sha256').update(bytes).digest('hex'))
    await alice.sees('host> ')
  })

  it('-it without a terminal is refused', async () => {
    expect(await gocker('run', '--rm', '-it', 'tiny', 'true')).toEqual({
      status: 1,
      stdout: '',
      stderr: expect.stringContaining('the input device is not a TTY'),
    })
  })
})
