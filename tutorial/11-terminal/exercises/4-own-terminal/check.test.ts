import { expect, it, type TestContext } from 'vitest'
import { factsOf, needsLinux } from '../../../kit.ts'

interface Facts {
  /** What a shell says that is started with the calls. */
  readonly device: string
  readonly size: string
  readonly complaint: string | null
  /** Of the shell, by its /proc/PID/stat. */
  readonly leads: boolean
  readonly hasTerminal: boolean
  /** After Ctrl-C: the status of the program in front, and whether the shell still answers. */
  readonly status: string
  readonly answers: boolean
  /** Of both ends. */
  readonly closedOnExec: readonly boolean[]
  readonly reached: boolean
}

let probe: Promise<Facts> | undefined
function facts(test: TestContext): Promise<Facts> {
  needsLinux(test)
  probe ??= factsOf<Facts>(import.meta.url)
  return probe
}

it('the two ends are those of one terminal', async (test) => {
  const { reached, device } = await facts(test)
  expect(reached, 'what is written at the other end arrives at the master').toBe(true)
  expect(device, 'what tty(1) says').toMatch(/^\/dev\/pts\/\d+$/)
})

it('it is as large as was asked for', async (test) => {
  const { size } = await facts(test)
  expect(size, 'what stty size says, for 33 rows of 101 columns').toBe('33 101')
})

it('programs that are started later do not get its ends', async (test) => {
  const { closedOnExec } = await facts(test)
  expect(closedOnExec, 'are master and slave closed when a program begins?').toEqual([true, true])
})

it('the shell leads a session, and the terminal is its own', async (test) => {
  const { leads, hasTerminal, complaint } = await facts(test)
  expect(leads, 'the number of its session is its own').toBe(true)
  expect(hasTerminal, 'the controlling terminal of its session is the new one').toBe(true)
  expect(complaint, 'a complaint of the shell about its terminal').toBe(null)
})

it('Ctrl-C ends the program in front, and not the shell', async (test) => {
  const { status, answers } = await facts(test)
  expect(status, 'the status of sleep, after Ctrl-C').toBe('130')
  expect(answers, 'the shell still does what it is told').toBe(true)
})
