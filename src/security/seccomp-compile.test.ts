import { describe, expect, it } from 'vitest'
import { auditArch, code } from './bpf.ts'
import { disassemble } from './bpf-disassemble.ts'
import { simulate } from './bpf-simulate.ts'
import { callNumbers, x32Bit } from './call-numbers.ts'
import { defaultCapabilities } from './capabilities.ts'
import { compile } from './seccomp-compile.ts'
import { defaultProfile } from './seccomp-default.ts'
import {
  type Condition,
  type LinuxSeccomp,
  type Operator,
  operators,
  profileRules,
  type Rule,
} from './seccomp-profile.ts'

const allow = 0x7fff0000
const kill = 0
const errno = (number: number) => 0x50000 + number

const number = (name: string) => callNumbers('x86-64').get(name)!
const rules = (syscalls: readonly Rule[], more: Partial<LinuxSeccomp> = {}): LinuxSeccomp => ({
  defaultAction: 'SCMP_ACT_ERRNO',
  syscalls,
  ...more,
})
const allowing = (names: string, ...args: Condition[]): Rule => ({
  names: names.split(' '),
  action: 'SCMP_ACT_ALLOW',
  args,
})

/** What the filter for these rules says of a call of x86-64. */
function asker(seccomp: LinuxSeccomp, processor: number = auditArch.x86_64) {
  const program = compile(seccomp, 'x64')
  return (call: string | number, ...args: (number | bigint)[]) =>
    simulate(program, { number: typeof call === 'string' ? number(call) : call, processor, args }).verdict
}

describe('the number', () => {
  it('decides', () => {
    const ask = asker(
      rules([allowing('read write exit_group'), { names: ['open'], action: 'SCMP_ACT_ERRNO', errnoRet: 2 }]),
    )
    expect(['read', 'write', 'exit_group', 'open', 'close'].map((name) => ask(name))).toEqual([
      allow,
      allow,
      allow,
      errno(2),
      errno(1),
    ])
  })

  it.each([
    ['SCMP_ACT_KILL', 0],
    ['SCMP_ACT_KILL_THREAD', 0],
    ['SCMP_ACT_KILL_PROCESS', 0x80000000],
    ['SCMP_ACT_TRAP', 0x30000],
    ['SCMP_ACT_ERRNO', errno(1)],
    ['SCMP_ACT_TRACE', 0x7ff00001],
    ['SCMP_ACT_LOG', 0x7ffc0000],
    ['SCMP_ACT_ALLOW', allow],
  ] as const)('%s is 0x%x, as a default too', (action, verdict) => {
    const other = action === 'SCMP_ACT_ALLOW' ? 'SCMP_ACT_LOG' : 'SCMP_ACT_ALLOW'
    expect(asker({ defaultAction: other, syscalls: [{ names: ['read'], action }] })('read')).toBe(verdict)
    expect(asker({ defaultAction: action, syscalls: [{ names: ['write'], action: other }] })('read')).toBe(
      verdict,
    )
  })

  it('is unknown: the rule is about nothing', () => {
    expect(compile(rules([allowing('no_such_call')]), 'x64')).toEqual(compile(rules([]), 'x64'))
  })

  it('is newer than all that is named: there is no such call, unless the default lets it pass', () => {
    const newest = number('openat2')
    const ask = asker(rules([allowing('read openat2')]))
    expect([newest - 1, newest, newest + 1, 0x3fffffff].map((one) => ask(one))).toEqual([
      errno(1),
      allow,
      errno(38),
      errno(38),
    ])
    expect(
      asker({ defaultAction: 'SCMP_ACT_ALLOW', syscalls: [{ names: ['read'], action: 'SCMP_ACT_ERRNO' }] })(
        400,
      ),
    ).toBe(allow)
    expect(asker({ defaultAction: 'SCMP_ACT_KILL_PROCESS', syscalls: [allowing('read')] })(400)).toBe(
      errno(38),
    )
  })
})

describe('the kind of program', () => {
  const [own, all] = [
    { architectures: ['SCMP_ARCH_X86_64'] },
    { architectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_X32'] },
  ]

  it('is asked for first', () => {
    const [first, second] = compile(rules([]), 'x64')
    expect(first).toEqual({ code: code.load, jt: 0, jf: 0, k: 4 })
    expect(second).toMatchObject({ code: code.equal, k: auditArch.x86_64 })
  })

  it('is foreign: it is killed', () => {
    const anything = { defaultAction: 'SCMP_ACT_ALLOW', syscalls: [] } as const
    for (const processor of [auditArch.i386, auditArch.aarch64, 0])
      expect(asker(anything, processor)(0)).toBe(kill)
    expect(asker({ ...anything, ...own })(x32Bit)).toBe(kill)
    expect(asker({ ...anything, ...own })(x32Bit + 5)).toBe(kill)
    expect(asker({ ...anything, ...own })(0x80000000)).toBe(kill)
    // a tracer skips a call so
    expect(asker({ ...anything, ...own })(-1)).toBe(allow)
  })

  it('is the processor’s own, though nobody named it', () => {
    expect(asker(rules([allowing('read')]))('read')).toBe(allow)
    expect(asker(rules([allowing('read')], { architectures: ['SCMP_ARCH_X86'] }))('read')).toBe(allow)
  })

  it('has numbers of its own', () => {
    const of32 = asker(rules([allowing('read')], all), auditArch.i386)
    expect([of32(3), of32(0)]).toEqual([allow, errno(1)])
    const ask = asker(rules([allowing('read readv')], all))
    expect([ask(0), ask(x32Bit), ask(19), ask(x32Bit + 19), ask(x32Bit + 515)]).toEqual([
      allow,
      allow,
      allow,
      errno(1),
      allow,
    ])
  })

  it('of i386 makes calls through others', () => {
    const ask = asker(rules([allowing('connect')], all), auditArch.i386)
    const socketcall = callNumbers('i386').get('socketcall')!
    expect([ask(socketcall, 3), ask(socketcall, 1), ask(362)]).toEqual([allow, errno(1), allow])
    const ipc = callNumbers('i386').get('ipc')!
    expect(asker(rules([allowing('shmget')], all), auditArch.i386)(ipc, 23)).toBe(allow)
  })

  it('of arm64 likewise', () => {
    const program = compile(
      rules([allowing('read')], { architectures: ['SCMP_ARCH_AARCH64', 'SCMP_ARCH_ARM'] }),
      'arm64',
    )
    const ask = (processor: number, number: number) => simulate(program, { processor, number }).verdict
    expect([
      ask(auditArch.aarch64, 63),
      ask(auditArch.arm, 3),
      ask(auditArch.aarch64, 3),
      ask(auditArch.x86_64, 0),
    ]).toEqual([allow, allow, errno(1), kill])
  })
})

/** What a comparison means, by arithmetic alone. */
function isTrue(
  { op, value, valueTwo = 0, index }: Condition,
  args: readonly bigint[],
  bits: 32 | 64,
): boolean {
  const cut = (one: number | bigint) => BigInt.asUintN(bits, BigInt(one))
  const [a, v] = [cut(args[index]!), cut(value)]
  switch (op) {
    case 'SCMP_CMP_NE':
      return a !== v
    case 'SCMP_CMP_LT':
      return a < v
    case 'SCMP_CMP_LE':
      return a <= v
    case 'SCMP_CMP_EQ':
      return a === v
    case 'SCMP_CMP_GE':
      return a >= v
    case 'SCMP_CMP_GT':
      return a > v
    case 'SCMP_CMP_MASKED_EQ':
      return (a & v) === (cut(valueTwo) & v)
  }
}

const edges = [
  0n,
  1n,
  2n,
  38n,
  0x7fffffffn,
  0x80000000n,
  0xfffffffen,
  0xffffffffn,
  2n ** 32n,
  2n ** 32n + 1n,
  2n ** 33n,
  2n ** 63n - 1n,
  2n ** 63n,
  2n ** 64n - 2n,
  2n ** 64n - 1n,
]

describe('arguments', () => {
  describe.each(Object.keys(operators) as Operator[])('%s', (op) => {
    it.each([0, 1, 2, 3, 4, 5])('of argument %i is right at every edge of 64 bits', (index) => {
      for (const value of edges)
        for (const valueTwo of op === 'SCMP_CMP_MASKED_EQ' ? [0n, 1n, value, 2n ** 32n] : [0n]) {
          const condition = { index, op, value, valueTwo }
          const ask = asker(rules([allowing('ioctl', condition)]))
          for (const edge of edges) {
            const args = Array.from({ length: 6 }, (_, i) => (i === index ? edge : 77n))
            expect(ask('ioctl', ...args), `${edge} ${op} ${value} ${valueTwo}`).toBe(
              isTrue(condition, args, 64) ? allow : errno(1),
            )
          }
        }
    })

    it('has 32 bits in programs of i386 and x32', () => {
      for (const value of edges) {
        const condition = { index: 1, op, value, valueTwo: 1n }
        const seccomp = rules([allowing('ioctl', condition)], {
          architectures: ['SCMP_ARCH_X86', 'SCMP_ARCH_X32'],
        })
        const [of32, ofX32] = [asker(seccomp, auditArch.i386), asker(seccomp)]
        for (const edge of edges) {
          const expected = isTrue(condition, [0n, edge], 32) ? allow : errno(1)
          expect(of32(54, 0, edge), `${edge} ${op} ${value}`).toBe(expected)
          expect(ofX32(x32Bit + 514, 0, edge), `${edge} ${op} ${value}`).toBe(expected)
        }
      }
    })
  })

  it('all conditions of a rule must hold', () => {
    const ask = asker(
      rules([
        allowing(
          'ioctl',
          { index: 0, op: 'SCMP_CMP_EQ', value: 1 },
          { index: 2, op: 'SCMP_CMP_GT', value: 5 },
        ),
      ]),
    )
    expect([ask('ioctl', 1, 0, 6), ask('ioctl', 1, 0, 5), ask('ioctl', 2, 0, 6)]).toEqual([
      allow,
      errno(1),
      errno(1),
    ])
  })

  it('one of several rules is enough; of two that hold, the first counts', () => {
    const ask = asker(
      rules([
        allowing('ioctl', { index: 0, op: 'SCMP_CMP_LT', value: 5 }),
        { names: ['ioctl'], action: 'SCMP_ACT_TRAP', args: [{ index: 0, op: 'SCMP_CMP_LT', value: 10 }] },
      ]),
    )
    expect([ask('ioctl', 4), ask('ioctl', 9), ask('ioctl', 10)]).toEqual([allow, 0x30000, errno(1)])
  })

  it('two conditions on one argument are two rules, as with runc', () => {
    const ask = asker(
      rules([
        allowing(
          'ioctl',
          { index: 0, op: 'SCMP_CMP_EQ', value: 1 },
          { index: 0, op: 'SCMP_CMP_EQ', value: 2 },
        ),
      ]),
    )
    expect([ask('ioctl', 1), ask('ioctl', 2), ask('ioctl', 3)]).toEqual([allow, allow, errno(1)])
  })

  it('a rule without conditions outdoes those with some, wherever it stands', () => {
    const some = allowing('ioctl', { index: 0, op: 'SCMP_CMP_EQ', value: 1 })
    const none: Rule = { names: ['ioctl'], action: 'SCMP_ACT_TRAP' }
    expect(asker(rules([some, none]))('ioctl', 1)).toBe(0x30000)
    expect(asker(rules([none, some]))('ioctl', 1)).toBe(0x30000)
    expect(asker(rules([none, allowing('ioctl')]))('ioctl')).toBe(0x30000)
  })

  it('a mask of nothing always holds', () => {
    const always: Condition = { index: 0, op: 'SCMP_CMP_MASKED_EQ', value: 0, valueTwo: 5 }
    expect(asker(rules([allowing('ioctl', always)]))('ioctl', 9)).toBe(allow)
  })
})

describe('long filters', () => {
  const manyRules = (count: number) =>
    rules(
      Array.from({ length: count }, (_, i) =>
        allowing(i % 2 ? 'ioctl' : 'fcntl', {
          index: i % 6,
          op: 'SCMP_CMP_EQ',
          value: 2n ** 40n + BigInt(i),
        }),
      ),
    )

  it('are right where jumps are longer than 255', () => {
    const ask = asker(manyRules(900))
    for (let i = 0; i < 900; i++) {
      const args = Array.from({ length: 6 }, (_, n) => (n === i % 6 ? 2n ** 40n + BigInt(i) : 0n))
      expect(ask(i % 2 ? 'ioctl' : 'fcntl', ...args)).toBe(allow)
      expect(ask(i % 2 ? 'fcntl' : 'ioctl', ...args)).toBe(errno(1))
    }
  })

  it('are refused before the kernel does, with the number', () => {
    expect(() => compile(manyRules(1100), 'x64')).toThrow(
      /a filter of 4\d\d\d instructions, and the kernel takes 4096 at most/,
    )
  })
})

describe('the built-in profile', () => {
  const program = compile(
    profileRules(defaultProfile, { capabilities: defaultCapabilities, processor: 'x64' }),
    'x64',
  )

  it('is short', () => expect(program.length).toBeLessThan(400))

  it('decides about most calls by the number alone, with instructions that the kernel can run ahead', () => {
    const looks = [...callNumbers('x86-64')].filter(([, number]) => {
      const { path } = simulate(program, { number, processor: auditArch.x86_64 })
      return path.some((at) => ![0, 4].includes(program[at]!.k) && program[at]!.code === code.load)
    })
    expect(looks.map(([name]) => name).toSorted()).toEqual(['clone', 'personality', 'socket'])
  })

  it('has no instruction that is never run', () => {
    const targets = new Set(
      disassemble(program)
        .filter(({ isTarget }) => isTarget)
        .map(({ at }) => at),
    )
    const after = (at: number) => [code.give, code.jump].some((one) => program[at - 1]?.code === one)
    expect([...program.keys()].filter((at) => after(at) && !targets.has(at))).toEqual([])
  })
})
