// The program as bytes. That it runs, and becomes another one, is seen in test/cli/lifecycle.test.ts.

import { describe, expect, it } from 'vitest'
import { exit_group } from '../syscall/process.ts'
import { programOf } from '../syscall/program.ts'
import { notation } from '../syscall/trace.ts'
import { waitingCalls } from './waiting-program.ts'

describe('the program that waits', () => {
  it('is three calls', () => {
    const lines = waitingCalls([5, 7], 1500, ['/node', 'x'], []).map((call) => notation(call))
    expect(lines).toEqual([
      'prctl(PR_SET_NAME, "gocker", 0, 0, 0)',
      'ppoll([5, 7], 2, {1500 ms}, 0, 8)',
      'execve("/node", ["/node", "x"], [/* 0 vars */])',
    ])
  })

  it.each([
    ['x64', 62],
    ['arm64', 183],
  ] as const)('is an ELF executable for %s', (processor, machine) => {
    const file = programOf([exit_group(7)], processor)
    expect(file.toString('latin1', 0, 6)).toBe('\x7fELF\x02\x01')
    expect(file.readUInt16LE(18)).toBe(machine)
    const entry = Number(file.readBigUInt64LE(24))
    const base = Number(file.readBigUInt64LE(64 + 16))
    expect(entry - base).toBe(64 + 56)
    expect(Number(file.readBigUInt64LE(64 + 32))).toBe(file.length)
    expect(file.length).toBeLessThan(600)
  })
})
