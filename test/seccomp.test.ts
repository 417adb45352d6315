// Filters for system calls, compared with libseccomp's: the same rules give the same answer for every call.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { auditArch, type Instruction } from '../src/security/bpf.ts'
import { simulate } from '../src/security/bpf-simulate.ts'
import { x32Bit } from '../src/security/call-numbers.ts'
import { allCapabilities, type Capability, defaultCapabilities } from '../src/security/capabilities.ts'
import { compile } from '../src/security/seccomp-compile.ts'
import { defaultProfile } from '../src/security/seccomp-default.ts'
import {
  type Condition,
  type LinuxSeccomp,
  type Operator,
  operators,
  profileRules,
  type Rule,
} from '../src/security/seccomp-profile.ts'
import { buildReference, compileReference } from './seccomp/libseccomp.ts'

const folder = mkdtempSync(join(tmpdir(), 'gocker-seccomp-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const reference = (() => {
  try {
    return buildReference(folder)
  } catch {
    return undefined
  }
})()

/** Around all numbers that there are, those with the bit of x32, and those that are negative. */
const numbers = [
  ...Array.from({ length: 600 }, (_, n) => n),
  ...Array.from({ length: 600 }, (_, n) => n + x32Bit),
  0x3fffffff,
  0x7fffffff,
  0x80000000,
  0xffffff00,
  -2,
  -1,
]
const processors = [...Object.values(auditArch), 0xc0000016]

/** map_shadow_stack of x32 programs: libseccomp knows it since 2.6. */
const onlyNewer = x32Bit + 453

/** For each argument that a rule looks at, values on both sides of every edge; else zeros. */
function argumentsFor(rules: LinuxSeccomp): bigint[][] {
  const values = new Map<number, Set<bigint>>()
  for (const { index, value, valueTwo = 0 } of (rules.syscalls ?? []).flatMap(({ args = [] }) => args)) {
    const [v, two] = [BigInt(value), BigInt(valueTwo)]
    const edges = [
      v,
      v - 1n,
      v + 1n,
      v ^ (1n << 32n),
      v << 32n,
      v & 0xffffffffn,
      ~v,
      two,
      two | ~v,
      v >> 1n,
      v & -v,
    ]
    const known = values.get(index) ?? new Set([0n, 0xffffffffffffffffn])
    for (const edge of edges) known.add(BigInt.asUintN(64, edge))
    values.set(index, known)
  }
  const withOne = [...values].flatMap(([index, found]) =>
    [...found].map((value) => Array.from({ length: 6 }, (_, i) => (i === index ? value : 0n))),
  )
  // several at once: the nth value of each
  const most = Math.max(0, ...[...values.values()].map((found) => found.size))
  const together = Array.from({ length: values.size > 1 ? most : 0 }, (_, n) =>
    Array.from({ length: 6 }, (_, i) => [...(values.get(i) ?? [0n])].at(n % (values.get(i)?.size ?? 1))!),
  )
  return [[0n, 0n, 0n, 0n, 0n, 0n], ...withOne, ...together]
}

/** Every call for which the two do not say the same; at most ten. */
function differences(
  ours: readonly Instruction[],
  theirs: readonly Instruction[],
  rules: LinuxSeccomp,
): { compared: number; different: string[] } {
  const different: string[] = []
  const sets = argumentsFor(rules)
  let compared = 0
  for (const processor of processors)
    for (const number of numbers) {
      // where no argument is looked at, one set of them is enough
      const looks = [ours, theirs].some((program) => touches(program, number, processor))
      for (const args of looks ? sets : sets.slice(0, 1)) {
        compared++
        const call = { number, processor, args }
        if (number === onlyNewer) continue
        const [a, b] = [simulate(ours, call).verdict, simulate(theirs, call).verdict]
        if (a !== b && different.length < 10)
          different.push(
            `${processor.toString(16)} ${number} (${args.map((one) => one.toString(16))}): ours ${a.toString(16)}, theirs ${b.toString(16)}`,
          )
      }
    }
  return { compared, different }
}

function touches(program: readonly Instruction[], number: number, processor: number): boolean {
  const { path } = simulate(program, { number, processor })
  return path.some((at) => program[at]!.code === 0x20 && program[at]!.k >= 16)
}

/** Numbers that look random and are the same each time. */
function random(seed: number) {
  let state = seed
  const next = (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
  return { next, one: <T>(list: readonly T[]): T => list[next(list.length)]! }
}

const someCalls =
  'read write openat clone socket bind shmget personality ioctl mmap prctl fcntl ptrace'.split(' ')
const someValues = [
  0n,
  1n,
  2n,
  0x7fffffffn,
  0x80000000n,
  0xffffffffn,
  2n ** 32n,
  2n ** 32n + 7n,
  2n ** 63n,
  2n ** 64n - 1n,
]

/**
 * Rules of all kinds, at most one about each call: where several overlap, libseccomp 2.5 merges them into one tree and may
 * come to a wrong answer, and for i386 it may forget to load the number. What is right then: seccomp-compile.test.ts.
 */
function randomRules(seed: number): LinuxSeccomp {
  const { next, one } = random(seed)
  const allows = next(2) === 0
  const condition = (index: number): Condition => ({
    index,
    op: one(Object.keys(operators) as Operator[]),
    value: one(someValues),
    valueTwo: one(someValues),
  })
  const rule = (name: string): Rule => ({
    names: [name],
    action: allows ? 'SCMP_ACT_ERRNO' : 'SCMP_ACT_ALLOW',
    ...(allows ? { errnoRet: 13 } : {}),
    args: [0, 1, 2, 3, 4, 5].filter(() => next(4) === 0).map(condition),
  })
  const compat = ['SCMP_ARCH_X86', 'SCMP_ARCH_X32'].filter(() => next(2) === 0)
  return {
    defaultAction: allows ? 'SCMP_ACT_ALLOW' : 'SCMP_ACT_KILL_PROCESS',
    architectures: ['SCMP_ARCH_X86_64', ...compat],
    syscalls: someCalls.filter(() => next(3) > 0).map(rule),
  }
}

describe('beside libseccomp', () => {
  const compare = (rules: LinuxSeccomp, processor: 'x64' | 'arm64', optimize = false) => {
    const { program, unknown } = compileReference(reference!, rules, optimize)
    const syscalls = rules.syscalls?.map((rule) => ({
      ...rule,
      names: rule.names.filter((name) => !unknown.includes(name)),
    }))
    const ours = compile({ ...rules, syscalls }, processor, { hidesNewer: false })
    return { ...differences(ours, program, rules), lengths: [ours.length, program.length] }
  }
  const settings: [string, 'x64' | 'arm64', readonly Capability[]][] = [
    ['the usual capabilities', 'x64', defaultCapabilities],
    ['no capability', 'x64', []],
    ['CAP_SYS_ADMIN', 'x64', ['CAP_SYS_ADMIN']],
    ['all capabilities', 'x64', allCapabilities],
    ['the usual capabilities', 'arm64', defaultCapabilities],
    ['all capabilities', 'arm64', allCapabilities],
  ]

  it.each(settings)(
    'Docker’s profile with %s on %s: the same for every call',
    (_, processor, capabilities) => {
      expect(reference, 'gcc and libseccomp-dev are needed').toBeDefined()
      const rules = profileRules(defaultProfile, { capabilities, processor })
      const { compared, different, lengths } = compare(rules, processor, true)
      expect(lengths[0]).toBeLessThan(lengths[1]! / 2)
      expect(different).toEqual([])
      expect(compared).toBeGreaterThan(6000)
    },
  )

  it.each(Array.from({ length: 60 }, (_, seed) => seed))(
    'rules of all kinds, %i: the same for every call',
    (seed) => {
      expect(reference, 'gcc and libseccomp-dev are needed').toBeDefined()
      const rules = randomRules(seed)
      expect(
        compare(rules, 'x64').different,
        JSON.stringify(rules, (_, v) => (typeof v === 'bigint' ? v.toString(16) : v)),
      ).toEqual([])
    },
  )
})
