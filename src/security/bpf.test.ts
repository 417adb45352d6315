import { describe, expect, it } from 'vitest'
import { assembler, auditArch, code, dataOffset, type Instruction, programBytes, programOf } from './bpf.ts'
import { disassemble } from './bpf-disassemble.ts'
import { simulate } from './bpf-simulate.ts'

const instruction = (code: number, k: number, jt = 0, jf = 0): Instruction => ({ code, jt, jf, k })
const call = (number: number, args: readonly (number | bigint)[] = []) => ({
  number,
  processor: auditArch.x86_64,
  args,
})

describe('the bytes', () => {
  it('are struct sock_filter', () => {
    const bytes = programBytes([
      instruction(code.equal, 0xc000003e, 2, 255),
      instruction(code.give, 0x7fff0000),
    ])
    expect(Buffer.from(bytes).toString('hex')).toBe('150002ff3e0000c0060000000000ff7f')
  })

  it('come back as the same instructions', () => {
    const program = Object.values(code).map((one, i) => instruction(one, 0xfffffff0 + i, i, 255 - i))
    expect(programOf(programBytes(program))).toEqual(program)
  })

  it('are whole instructions, or no program', () => {
    expect(() => programOf(new Uint8Array(9))).toThrow('9 bytes are no BPF program')
  })
})

describe('the assembler', () => {
  it('puts what is made first last', () => {
    const put = assembler()
    const [yes, no] = [put.give(1), put.give(2)]
    put.load(dataOffset.number, put.branch(code.equal, 7, yes, no))
    expect(put.program()).toEqual([
      instruction(code.load, 0),
      instruction(code.equal, 7, 1, 0),
      instruction(code.give, 2),
      instruction(code.give, 1),
    ])
  })

  it('gives each verdict one end', () => {
    const put = assembler()
    expect(put.give(1)).toBe(put.give(1))
    expect(put.give(2)).not.toBe(put.give(1))
  })

  it.each([0, 100, 253, 254, 255, 256, 257, 600])('reaches both targets over %i instructions', (between) => {
    const put = assembler()
    // the targets are no ends, so that these cannot be repeated nearby
    const yes = put.load(dataOffset.number, put.branch(code.equal, 1, put.give(11), put.give(12)))
    const no = put.load(dataOffset.number, put.branch(code.equal, 1, put.give(21), put.give(22)))
    let start = put.give(31)
    for (let i = 0; i < between; i++) start = put.and(0xffffffff, start)
    put.load(dataOffset.number, put.branch(code.atLeast, 1, yes, no))
    const program = put.program()
    expect(simulate(program, call(1)).verdict).toBe(11)
    expect(simulate(program, call(2)).verdict).toBe(12)
    expect(simulate(program, call(0)).verdict).toBe(22)
    for (const { jt, jf } of program) expect(Math.max(jt, jf)).toBeLessThanOrEqual(255)
  })

  it.each([250, 251, 252, 253, 254, 255, 256])(
    'reaches one that is near by %i and one that is far',
    (between) => {
      for (const nearIsYes of [true, false]) {
        const put = assembler()
        const far = put.load(dataOffset.number, put.branch(code.equal, 1, put.give(11), put.give(12)))
        for (let i = 0; i < 300; i++) put.and(0xffffffff, put.give(31))
        const near = put.load(dataOffset.number, put.branch(code.equal, 1, put.give(21), put.give(22)))
        let start = put.give(41)
        for (let i = 0; i < between; i++) start = put.and(0xffffffff, start)
        put.load(
          dataOffset.number,
          put.branch(code.atLeast, 1, nearIsYes ? near : far, nearIsYes ? far : near),
        )
        const program = put.program()
        expect(simulate(program, call(1)).verdict).toBe(nearIsYes ? 21 : 11)
        expect(simulate(program, call(0)).verdict).toBe(nearIsYes ? 12 : 22)
        for (const { jt, jf } of program) expect(Math.max(jt, jf)).toBeLessThanOrEqual(255)
      }
    },
  )

  it('repeats an end that is too far away', () => {
    const put = assembler()
    const far = put.give(1)
    let start = put.give(2)
    for (let i = 0; i < 300; i++) start = put.and(0xffffffff, start)
    put.branch(code.equal, 0, far, start)
    const program = put.program()
    expect(program.filter(({ code: one, k }) => one === code.give && k === 1)).toHaveLength(2)
    expect(program.some(({ code: one }) => one === code.jump)).toBe(false)
  })

  it('has a load go on where it shall', () => {
    const put = assembler()
    const there = put.branch(code.equal, 5, put.give(1), put.give(2))
    put.give(3)
    put.load(dataOffset.number, there)
    expect(simulate(put.program(), call(5)).verdict).toBe(1)
    expect(simulate(put.program(), call(6)).verdict).toBe(2)
  })
})

describe('the machine', () => {
  const run = (program: Instruction[], number = 0, args: readonly (number | bigint)[] = []) =>
    simulate(program, call(number, args)).verdict

  it.each([
    [code.equal, 5, [0, 1, 0]],
    [code.greater, 5, [0, 0, 1]],
    [code.atLeast, 5, [0, 1, 1]],
    [code.anyBit, 4, [1, 1, 1]],
    [code.anyBit, 1, [0, 1, 0]],
  ])('tests %s with %s', (test, k, expected) => {
    const program = [
      instruction(code.load, 0),
      instruction(test, k, 0, 1),
      instruction(code.give, 1),
      instruction(code.give, 0),
    ]
    expect([4, 5, 6].map((number) => run(program, number))).toEqual(expected)
  })

  it('has no signs', () => {
    const isLarge = [
      instruction(code.load, 0),
      instruction(code.greater, 0x7fffffff, 0, 1),
      instruction(code.give, 1),
      instruction(code.give, 0),
    ]
    expect(run(isLarge, -1)).toBe(1)
    expect(run(isLarge, 0x80000000)).toBe(1)
    expect(run(isLarge, 0x7fffffff)).toBe(0)
  })

  it('finds each half of each argument', () => {
    const args = [1, 2, 3, 4, 5, 6].map((n) => (BigInt(n) << 32n) + BigInt(10 * n))
    const word = (offset: number) => {
      for (let k = 0; k <= 60; k++)
        if (
          run(
            [
              instruction(code.load, offset),
              instruction(code.equal, k, 0, 1),
              instruction(code.give, 1),
              instruction(code.give, 0),
            ],
            0,
            args,
          )
        )
          return k
      return undefined
    }
    expect(Array.from({ length: 12 }, (_, i) => word(16 + 4 * i))).toEqual([
      10, 1, 20, 2, 30, 3, 40, 4, 50, 5, 60, 6,
    ])
  })

  it('takes negative arguments as the registers have them', () => {
    const high = [
      instruction(code.load, 20),
      instruction(code.equal, 0xffffffff, 0, 1),
      instruction(code.give, 1),
      instruction(code.give, 0),
    ]
    expect(run(high, 0, [-1n])).toBe(1)
    expect(run(high, 0, [-1])).toBe(1)
  })

  it('notes the way', () => {
    const program = [instruction(code.jump, 1), instruction(code.give, 1), instruction(code.give, 2)]
    expect(simulate(program, call(0))).toEqual({ verdict: 2, path: [0, 2] })
  })

  it('refuses what the kernel would', () => {
    expect(() => run([instruction(code.load, 0)])).toThrow('runs out of its end at 1')
    expect(() => run([instruction(0x87, 0)])).toThrow('an instruction that no filter has: 0x87')
  })
})

describe('the text', () => {
  const program = [
    instruction(code.load, 4),
    instruction(code.equal, auditArch.x86_64, 0, 7),
    instruction(code.load, 0),
    instruction(code.atLeast, 165, 0, 4),
    instruction(code.anyBit, 1, 3, 0),
    instruction(code.load, 16),
    instruction(code.and, 0xff),
    instruction(code.greater, 3, 1, 0),
    instruction(code.give, 0x7fff0000),
    instruction(code.give, 0x50001),
  ]

  it('says what each instruction does, and what it means', () => {
    expect(
      disassemble(program).map(
        ({ at, isTarget, text, comment }) => `${isTarget ? 'L' : ''}${at}: ${text} ; ${comment}`,
      ),
    ).toEqual([
      '0: ld [4] ; what kind of program makes it?',
      '1: jeq #0xc000003e, L2, L9 ; x86-64, and x32',
      'L2: ld [0] ; which call is it?',
      '3: jge #165, L4, L8 ; from mount on',
      'L4: jset #1, L8, L5 ; write',
      'L5: ld [16] ; argument 0, low half',
      '6: and #0xff ; ',
      '7: jgt #0x3, L9, L8 ; ',
      'L8: ret #0x7fff0000 ; allow',
      'L9: ret #0x50001 ; refuse with EPERM (Operation not permitted)',
    ])
  })

  it('can be read back', () => {
    const all = [...program.slice(0, -1), instruction(code.jump, 0), instruction(code.give, 0)]
    expect(disassemble(all).map(({ at, text }) => assembled(text, at))).toEqual(all)
  })
})

/** One instruction out of its text, by nothing but the notation of bpf_asm. */
function assembled(text: string, at: number): Instruction {
  const [name = '', rest = ''] = text.split(/ (.*)/)
  const [value = '', yes = '', no = ''] = rest.split(', ')
  const number = Number(value.replace(/^[#[]/, '').replace(/\]$/, ''))
  const skips = (label: string) => Number(label.slice(1)) - at - 1
  const codes: Readonly<Record<string, number>> = {
    ld: code.load,
    and: code.and,
    ret: code.give,
    jeq: code.equal,
    jgt: code.greater,
    jge: code.atLeast,
    jset: code.anyBit,
  }
  if (name === 'ja') return instruction(code.jump, skips(value))
  return yes === ''
    ? instruction(codes[name]!, number)
    : instruction(codes[name]!, number, skips(yes), skips(no))
}
