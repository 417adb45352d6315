import { expect, it } from 'vitest'
import { flagNames, flags } from './exercise.ts'

it('one flag has one name', () => {
  for (const [name, value] of flags)
    expect(flagNames(value), `0x${value.toString(16)}, and no signal`).toBe(name)
})

it('the lowest byte is a signal', () => {
  expect(flagNames(17), '17 is a fork: no flags, and SIGCHLD at the end').toBe('SIGCHLD')
  expect(flagNames(0x100 + 17), '0x111 shares the memory, and ends with SIGCHLD').toBe('CLONE_VM|SIGCHLD')
  expect(flagNames(0x100 + 10), 'the signal 10 is shown as a number').toBe('CLONE_VM|10')
  expect(flagNames(0xff), 'eight bits of signal are one number, not eight flags').toBe('255')
})

it('several flags stand in the order of the list', () => {
  expect(flagNames(0x4111), 'posix_spawn').toBe('CLONE_VM|CLONE_VFORK|SIGCHLD')
  expect(flagNames(0x50f00), 'a thread').toBe(
    'CLONE_VM|CLONE_FS|CLONE_FILES|CLONE_SIGHAND|CLONE_THREAD|CLONE_SYSVSEM',
  )
  expect(flagNames(0x6e020111), 'six namespaces at once').toBe(
    'CLONE_VM|CLONE_NEWNS|CLONE_NEWCGROUP|CLONE_NEWUTS|CLONE_NEWIPC|CLONE_NEWPID|CLONE_NEWNET|SIGCHLD',
  )
})

it('the 32nd bit is a flag as any other', () => {
  expect(flagNames(0x80000000 + 17), '0x80000011: CLONE_IO').toBe('CLONE_IO|SIGCHLD')
  expect(flagNames(0xc0000000), '0xc0000000: two flags').toBe('CLONE_NEWNET|CLONE_IO')
})

it('what has no name is not lost', () => {
  expect(flagNames(0x1000 + 17), '0x1000 is no flag of the list').toBe('0x1000|SIGCHLD')
  expect(flagNames(0x100103000), 'three bits without a name, together').toBe('0x100103000')
  expect(flagNames(0x400000111), 'a bit above the 32nd, as clone3 has them').toBe(
    'CLONE_VM|0x400000000|SIGCHLD',
  )
})

it('nothing is nothing', () => {
  expect(flagNames(0), 'no flag and no signal').toBe('0')
})
