import { describe, expect, it } from 'vitest'
import { defaultDevices } from './default-devices.ts'
import { exceptionLine, policyOf } from './device-policy.ts'
import { deviceProgram, type Instruction, machineCode } from './devices-bpf.ts'
import type { DeviceRule } from './resources.ts'

const access = { m: 1, r: 2, w: 4 } as const

/** Run the program as the kernel would: may a process do `wanted` with the device? */
function allows(
  rules: readonly DeviceRule[],
  type: 'b' | 'c',
  major: number,
  minor: number,
  wanted: string,
): boolean {
  const bits = [...wanted].reduce((sum, letter) => sum | access[letter as 'm'], 0)
  const context = new Map([
    [0, (bits << 16) | (type === 'b' ? 1 : 2)],
    [4, major],
    [8, minor],
  ])
  const program = deviceProgram(policyOf(rules))
  const r = Array<number>(10).fill(0)
  for (let at = 0; at < program.length; at++) {
    const { code, dst, src, off, imm } = program[at] as Instruction
    if (code === 0x95) return r[0] === 1
    if (code === 0x61) r[dst] = context.get(off)!
    else if (code === 0xbf) r[dst] = r[src]!
    else if (code === 0xb7) r[dst] = imm
    else if (code === 0x57) r[dst]! &= imm
    else if (code === 0x77) r[dst]! >>= imm
    else if (code === 0x05) at += off
    else if (code === 0x55) at += r[dst] === imm ? 0 : off
    else if (code === 0x45) at += (r[dst]! & imm) === 0 ? 0 : off
    else throw new Error(`unknown instruction ${code}`)
  }
  throw new Error('the program ran over its end')
}

describe('the devices of a container', () => {
  it('are null, zero, the terminals; and every node may be made', () => {
    expect(allows(defaultDevices, 'c', 1, 3, 'rw')).toBe(true)
    expect(allows(defaultDevices, 'c', 136, 17, 'rw')).toBe(true)
    expect(allows(defaultDevices, 'b', 8, 0, 'm')).toBe(true)
  })

  it('are not the disk and the memory of the host', () => {
    expect(allows(defaultDevices, 'b', 8, 0, 'r')).toBe(false)
    expect(allows(defaultDevices, 'b', 8, 0, 'rm')).toBe(false)
    expect(allows(defaultDevices, 'c', 1, 1, 'r')).toBe(false)
    expect(allows(defaultDevices, 'b', 1, 3, 'r')).toBe(false)
  })

  it('are all of them for a privileged one', () => {
    expect(policyOf([{ allow: true, access: 'rwm' }])).toEqual({ allow: true, exceptions: [] })
    expect(allows([{ allow: true }], 'b', 8, 0, 'rw')).toBe(true)
  })

  it('can be forbidden one by one, and then for reading or for writing', () => {
    const rules: DeviceRule[] = [{ allow: false, type: 'b', major: 8, access: 'w' }]
    expect(allows(rules, 'b', 8, 3, 'r')).toBe(true)
    expect(allows(rules, 'b', 8, 3, 'rw')).toBe(false)
    expect(allows(rules, 'b', 9, 3, 'rw')).toBe(true)
  })

  it('follow the rules in order: a later one takes back what an earlier one gave', () => {
    const rules: DeviceRule[] = [
      { allow: false },
      { allow: true, type: 'c', major: 10, minor: 229, access: 'rwm' },
      { allow: false, type: 'c', major: 10, minor: 229, access: 'w' },
    ]
    expect(policyOf(rules).exceptions.map(exceptionLine)).toEqual(['c 10:229 rm'])
    expect(allows(rules, 'c', 10, 229, 'r')).toBe(true)
    expect(allows(rules, 'c', 10, 229, 'w')).toBe(false)
  })

  it('are named in the form of v1: types, numbers, and what may be done', () => {
    expect(policyOf(defaultDevices).exceptions.map(exceptionLine)).toEqual([
      'c *:* m',
      'b *:* m',
      'c 1:3 rwm',
      'c 1:5 rwm',
      'c 1:7 rwm',
      'c 1:8 rwm',
      'c 1:9 rwm',
      'c 5:0 rwm',
      'c 5:1 rwm',
      'c 5:2 rwm',
      'c 136:* rwm',
    ])
  })

  it('become instructions of eight bytes', () => {
    const code = machineCode(deviceProgram({ allow: false, exceptions: [] }))
    expect(code.length).toBe(8 * 8)
    expect(code.subarray(-16).toString('hex')).toBe('b700000000000000' + '9500000000000000')
  })
})
