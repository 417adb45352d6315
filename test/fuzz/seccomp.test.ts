// Seccomp profiles from anywhere: what is accepted becomes a filter that the kernel would take and that always ends; what is
// not is refused with the place of what is wrong.

import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { auditArch } from '../../src/security/bpf.ts'
import { simulate } from '../../src/security/bpf-simulate.ts'
import { idRanges } from '../../src/security/id-ranges.ts'
import { compile } from '../../src/security/seccomp-compile.ts'
import { parseProfile } from '../../src/security/seccomp-parse.ts'
import { actions, operators, profileRules } from '../../src/security/seccomp-profile.ts'
import { orRefused, patience, runs } from './runs.ts'

vi.setConfig({ testTimeout: patience })

const orAnything = (right: fc.Arbitrary<unknown>) =>
  fc.oneof({ weight: 20, arbitrary: right }, fc.jsonValue({ maxDepth: 2 }))
const action = orAnything(fc.constantFrom(...Object.keys(actions), 'SCMP_ACT_NOTIFY', 'toString'))
const word = fc.oneof(fc.nat(), fc.constantFrom(0, 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 53))
const condition = fc.record(
  {
    index: orAnything(fc.integer({ min: 0, max: 5 })),
    value: orAnything(word),
    valueTwo: orAnything(word),
    op: orAnything(fc.constantFrom(...Object.keys(operators), 'constructor')),
  },
  { requiredKeys: ['index', 'value', 'op'] },
)
const rule = fc.record(
  {
    names: orAnything(
      fc.array(fc.constantFrom('read', 'mount', 'clone', 'socket', 'no_such', 'futex', 'openat2'), {
        minLength: 1,
        maxLength: 4,
      }),
    ),
    action,
    errnoRet: orAnything(fc.integer({ min: 0, max: 5000 })),
    args: orAnything(fc.array(condition, { maxLength: 3 })),
    includes: orAnything(
      fc.record({
        caps: orAnything(fc.constant(['CAP_SYS_ADMIN'])),
        minKernel: orAnything(fc.constant('4.8')),
      }),
    ),
  },
  { requiredKeys: ['names', 'action'] },
)
const profile = fc.record(
  {
    defaultAction: action,
    defaultErrnoRet: orAnything(fc.integer({ min: 0, max: 100 })),
    architectures: orAnything(
      fc.array(fc.constantFrom('SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_X32', 'SCMP_ARCH_AARCH64')),
    ),
    syscalls: orAnything(fc.array(rule, { maxLength: 8 })),
  },
  { requiredKeys: ['defaultAction', 'syscalls'] },
)

describe('a profile', () => {
  it('that is accepted is a filter that ends, whatever the call', () => {
    let accepted = 0
    const call = fc.record({
      number: fc.oneof(
        fc.integer({ min: -2, max: 500 }),
        fc.constantFrom(0x40000000, 0x40000101, 0x7fffffff),
      ),
      processor: fc.constantFrom(...Object.values(auditArch), 0),
      args: fc.array(fc.oneof(fc.nat(), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })), {
        minLength: 6,
        maxLength: 6,
      }),
    })
    fc.assert(
      fc.property(
        profile,
        fc.constantFrom('x64', 'arm64' as const),
        fc.array(call),
        (json, processor, calls) => {
          const read = orRefused(() => parseProfile(JSON.stringify(json)))
          if (!read) return
          accepted++
          const program = orRefused(() =>
            compile(profileRules(read.profile, { capabilities: [], processor }), processor),
          )
          for (const one of program ? calls : [])
            expect(simulate(program!, one).path.length).toBeLessThanOrEqual(program!.length)
        },
      ),
      runs(4),
    )
    expect(accepted).toBeGreaterThan(0)
  })

  it('of any text is refused', () => {
    const text = fc.oneof(
      fc.string(),
      fc.json({ maxDepth: 3 }),
      fc.constantFrom('{"defaultAction":1e999}', '[', '{"a":'.repeat(5000)),
    )
    fc.assert(
      fc.property(text, (one) => {
        expect(orRefused(() => parseProfile(one))).toBeUndefined()
      }),
      runs(),
    )
  })
})

it('ranges of ids are read, or refused', () => {
  const name = fc.constantFrom(
    'default',
    'alice',
    'alice:users',
    '1000',
    '1000:1000',
    ':',
    'a:b:c',
    '',
    '-1',
    '99999999999',
  )
  const line = fc.oneof(
    fc.constantFrom(
      'alice:100000:65536',
      '1000:100000:65536',
      'alice:-1:65536',
      'alice:4294967295:65536',
      'alice:x:y',
      '',
      'users:100000:65536',
    ),
    fc.string(),
  )
  const file = fc.option(
    fc.array(line, { maxLength: 4 }).map((lines) => lines.join('\n')),
    { nil: undefined },
  )
  const passwd = fc.constantFrom(undefined, '', 'alice:x:1000:1000::/:', 'alice')
  fc.assert(
    fc.property(name, passwd, passwd, file, file, (setting, users, group, subuid, subgid) => {
      const maps = orRefused(() => idRanges(setting, { passwd: users, group, subuid, subgid }))
      for (const { containerID, hostID, size } of maps ? [...maps.uid, ...maps.gid] : [])
        for (const number of [containerID, hostID, hostID + size - 1])
          expect(number >= 0 && number < 2 ** 32).toBe(true)
    }),
    runs(4),
  )
})
