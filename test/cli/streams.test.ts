// Standard input, output and error: byte for byte, to the end, whatever they are on our side.

import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { gocker, gockerWith, isRoot, places, program, start, until, useGocker } from './gocker.ts'

useGocker()

const run = ['run', '--rm', '--network', 'none']
const bytes = randomBytes(2 ** 20)

/** In a shell, with `$gocker` for the program; pipes are real ones there. */
const shell = (script: string) =>
  spawnSync('bash', ['-c', script], {
    env: { ...process.env, gocker: program, GOCKER_ROOT: places.root },
    maxBuffer: 64 * 2 ** 20,
    timeout: 30_000,
  })

describe('what cannot be written', () => {
  it.each(['--help', 'version', 'run --explain tiny'])('is told: gocker %s > /dev/full', (words) => {
    const { status, stderr } = shell(`$gocker ${words} > /dev/full`)
    expect(stderr.toString()).toMatch(
      /^gocker: cannot write to the standard output: no space left on device\n/,
    )
    expect(status).toBe(1)
  })

  it('a word that is not UTF-8 is refused before it becomes another', () => {
    const { status, stderr } = shell("$gocker run --rm -v /caf$'\\xe9':/x tiny true")
    expect(stderr.toString()).toMatch(/^gocker: a word of the command line is not UTF-8/)
    expect(status).toBe(125)
    expect(shell("$gocker --help '\ufffd' > /dev/null").stderr.toString()).not.toMatch(/UTF-8/)
  })
})

describe.skipIf(!isRoot)('input and output (need root)', () => {
  it.each([[[]], [['-u', '4711']]])(
    'a megabyte of random bytes comes through sockets as it was, flags %j',
    async (flags) => {
      const { stdout, stderr, status } = await gockerWith(
        { input: bytes, encoding: 'latin1' },
        ...run,
        ...flags,
        ...['-i', 'tiny', 'cat'],
      )
      expect([status, stderr]).toEqual([0, ''])
      expect(Buffer.from(stdout, 'latin1').equals(bytes)).toBe(true)
    },
  )

  it.each(['', '-u 4711'])('and through pipes and files: flags "%s"', (flags) => {
    const from = join(places.root, 'from')
    const to = join(places.root, 'to')
    writeFileSync(from, bytes)
    const words = `$gocker ${run.join(' ')} ${flags}`
    const piped = shell(`cat ${from} | ${words} -i tiny cat | cat`)
    expect(piped.stdout.equals(bytes)).toBe(true)
    shell(`${words} -i tiny cat < ${from} > ${to}`)
    expect(readFileSync(to).equals(bytes)).toBe(true)
  })

  it('a file that is only read cannot be written to by way of /proc/self/fd/0', () => {
    const letter = join(places.root, 'letter')
    writeFileSync(letter, 'from alice\n')
    const words = `$gocker ${run.join(' ')} -i tiny sh -c 'cat; (echo forged > /proc/self/fd/0) 2>/dev/null'`
    expect(shell(`${words} < ${letter}`).stdout.toString()).toBe('from alice\n')
    expect(readFileSync(letter, 'utf8')).toBe('from alice\n')
  })

  it('a directory is refused as input: all of the host could be reached from it', () => {
    const { status, stdout, stderr } = shell(`$gocker ${run.join(' ')} -i tiny ls /proc/self/fd/0/ < /`)
    expect([status, stdout.toString()]).toEqual([125, ''])
    expect(stderr.toString()).toBe('gocker: standard input is a directory\n')
  })

  it('without -i the program reads the end at once', async () => {
    const { stdout } = await gockerWith(
      { input: 'not for it\n' },
      ...run,
      'tiny',
      'sh',
      '-c',
      'cat; echo end',
    )
    expect(stdout).toBe('end\n')
  })

  it('without -i our input is left for others', () => {
    const { stdout } = shell(
      `printf 'one\\ntwo\\n' | (read a; $gocker ${run.join(' ')} tiny cat; read b; echo $a $b)`,
    )
    expect(stdout.toString()).toBe('one two\n')
  })

  it('are two streams', async () => {
    const { stdout, stderr } = await gocker(...run, 'tiny', 'sh', '-c', 'echo out; echo err >&2')
    expect([stdout, stderr]).toEqual(['out\n', 'err\n'])
  })

  it('a great deal of output arrives whole, also when the reader is slow', () => {
    const seq = execFileSync('seq', ['300000'], { maxBuffer: 64 * 2 ** 20 })
    expect(shell(`$gocker ${run.join(' ')} tiny seq 300000 | (sleep 0.3; cat)`).stdout.equals(seq)).toBe(true)
    expect(
      shell(`$gocker ${run.join(' ')} -u 4711 tiny seq 300000 | (sleep 0.3; cat)`).stdout.equals(seq),
    ).toBe(true)
  })

  it('what is read from a file arrives whole, also when the reader is slow', () => {
    const input = join(places.root, 'random')
    writeFileSync(input, bytes)
    const words = [...run, '-i', 'tiny', 'cat'].join(' ')
    const { stdout, status } = shell(`$gocker ${words} < ${input} | (sleep 0.3; cat)`)
    expect([status, stdout.equals(bytes)]).toEqual([0, true])
  })

  it.each(['', '-u 4711'])(
    'whoever writes to a reader that is gone ends by SIGPIPE, as on the host: flags "%s"',
    (flags) => {
      const script = `$gocker ${run.join(' ')} ${flags} tiny sh -c 'yes; echo $? >&2' | head -1; echo \${PIPESTATUS[0]}`
      const { stdout, stderr } = shell(script)
      expect([stdout.toString(), stderr.toString()]).toEqual(['y\n0\n', expect.stringMatching(/141\n$|1\n$/)])
    },
  )

  it('one that closes its input lets the program see the end', async () => {
    const running = spawn(
      program,
      [...run, '-i', 'tiny', 'sh', '-c', 'while read l; do echo "<$l>"; done; echo end'],
      {
        env: { ...process.env, GOCKER_ROOT: places.root },
        stdio: ['pipe', 'pipe', 'inherit'],
      },
    )
    let seen = ''
    running.stdout.on('data', (data) => {
      seen += data
    })
    running.stdin.write('first\n')
    await until(() => seen === '<first>\n')
    running.stdin.end('second\n')
    await until(() => seen === '<first>\n<second>\nend\n')
  })

  it('all of them may be closed', () => {
    const { stdout, status } = shell(`$gocker ${run.join(' ')} tiny true <&- >&- 2>&-; echo $?`)
    expect([stdout.toString(), status]).toEqual(['0\n', 0])
  })

  it('an input that never ends does not keep gocker after the program', async () => {
    const running = start([...run, '-i', 'tiny', 'true'], { stdio: ['pipe', 'pipe', 'pipe'] })
    expect((await running.result).status).toBe(0)
  })
})
