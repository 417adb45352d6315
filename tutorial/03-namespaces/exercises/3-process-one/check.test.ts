import { expect, it } from 'vitest'
import { asRoot } from '../../../kit.ts'

const facts = asRoot<{
  readonly number: string
  readonly processes: string
  readonly name: string
  readonly options: readonly string[]
  readonly hostMounts: boolean
  readonly hostProc: boolean
  readonly hostName: string
}>(import.meta.url)

it('Alice’s shell is process 1', async (test) => {
  const { number } = await facts(test)
  expect(number, 'the number that her shell has in its PID namespace').toBe('1')
})

it('and sees no other process than its own', async (test) => {
  const { processes } = await facts(test)
  expect(processes, 'how many processes /proc shows her').toBe('1')
})

it('the host still has its own /proc', async (test) => {
  const { hostProc } = await facts(test)
  expect(hostProc, 'Alice’s /proc has covered the host’s: are the mounts private?').toBe(true)
})

it('the host has no mount more than before', async (test) => {
  const { hostMounts } = await facts(test)
  expect(hostMounts, 'a mount has reached the host: what has to be said before the first one?').toBe(true)
})

it('the machine has her name, for her alone', async (test) => {
  const { name, hostName } = await facts(test)
  expect(name, 'what the machine is called inside').toBe('alice')
  expect(hostName, 'what it is called on the host').toBe('host')
})

it('nothing in /proc can be used as a program or a device', async (test) => {
  const { options } = await facts(test)
  for (const option of ['nosuid', 'nodev', 'noexec'])
    expect(options, `the options of her /proc, among which ${option} should be`).toContain(option)
})
