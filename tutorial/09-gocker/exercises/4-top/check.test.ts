import { expect, it } from 'vitest'
import { asRoot } from '../../../kit.ts'

interface Answer {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

const facts = asRoot<{
  /** What runs in Alice’s container. */
  readonly pids: readonly number[]
  readonly running: Answer
  readonly exited: Answer
  readonly nobody: Answer
}>(import.meta.url)

/** The rows of a table, as number and command line. */
const rows = ({ stdout }: Answer) =>
  stdout.split('\n').flatMap((line) => {
    const [, pid, cmd] = /^(\d+) +(.*)$/.exec(line) ?? []
    return pid === undefined ? [] : [{ pid: Number(pid), cmd: cmd! }]
  })

it('it prints a table with PID and CMD', async (test) => {
  const { running } = await facts(test)
  expect(running.stderr.trim(), 'what gocker top says of its own accord, for a container that runs').toBe('')
  expect(running.status, 'its exit status').toBe(0)
  expect(running.stdout, 'the line above the processes').toMatch(/^PID +CMD$/m)
})

it('every process of the container has a row, and nobody else', async (test) => {
  const { running, pids } = await facts(test)
  const shown = rows(running).map(({ pid }) => pid)
  expect(
    shown.toSorted((a, b) => a - b),
    'the numbers of the processes, as the host has them',
  ).toEqual(pids.toSorted((a, b) => a - b))
})

it('a row has the command line, with a space between the words', async (test) => {
  const { running } = await facts(test)
  const lines = rows(running).map(({ cmd }) => cmd)
  for (const wanted of ['sleep 301', 'sleep 302', 'sleep 303'])
    expect(lines, `one of the programs in the container is "${wanted}"`).toContain(wanted)
})

it('Mallory’s words do no harm', async (test) => {
  const { running } = await facts(test)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  expect(running.stdout, 'what reaches Alice’s terminal').not.toMatch(/[\x00-\x09\x0b-\x1f\x7f]/)
  const lines = rows(running).map(({ cmd }) => cmd)
  expect(lines, 'a program has "red", a colour, a line feed and more among its words').toContain(
    'sh -c sleep 303; : red?[31m?1 init?',
  )
})

it('a container that has ended is refused', async (test) => {
  const { exited } = await facts(test)
  expect(exited.stderr, 'the error for a container that has ended').toMatch(
    /container [0-9a-f]{64} is not running/,
  )
  expect(exited.status, 'the exit status for a container that has ended').toBe(1)
})

it('and so is one that there is not', async (test) => {
  const { nobody } = await facts(test)
  expect(nobody.stderr, 'the error for a container that there is not').toContain('No such container: nobody')
  expect(nobody.status, 'the exit status for a container that there is not').toBe(1)
})
