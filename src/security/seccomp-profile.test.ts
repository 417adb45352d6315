import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { isKnownCall } from './call-numbers.ts'
import { allCapabilities, defaultCapabilities } from './capabilities.ts'
import { exactJson, exactText } from './exact-json.ts'
import { defaultProfile } from './seccomp-default.ts'
import { parseProfile } from './seccomp-parse.ts'
import { type Circumstances, type Profile, profileRules, type Setting } from './seccomp-profile.ts'

const setting: Setting = { capabilities: defaultCapabilities, processor: 'x64', kernel: '6.18.5' }

/** All that a profile comes to in many settings, however its rules are put together. */
function effects(profile: Profile): string {
  const settings = (['x64', 'arm64'] as const).flatMap((processor) =>
    ['3.10.0', '6.18.5'].flatMap((kernel) =>
      [[], ...allCapabilities.map((one) => [one]), allCapabilities].map(
        (capabilities): Setting => ({ processor, kernel, capabilities }),
      ),
    ),
  )
  const texts = settings.map((one) => {
    const { defaultAction, defaultErrnoRet, architectures, syscalls = [] } = profileRules(profile, one)
    const about = syscalls.flatMap(({ names, action, errnoRet, args = [] }) =>
      names.map((name) =>
        JSON.stringify([
          name,
          action,
          errnoRet,
          args.map(({ index, value, valueTwo = 0, op }) => [index, value, valueTwo, op]),
        ]),
      ),
    )
    return JSON.stringify([defaultAction, defaultErrnoRet, architectures, [...new Set(about)].toSorted()])
  })
  return createHash('sha256').update(texts.join('\n')).digest('hex')
}

describe('the built-in profile', () => {
  it('comes to the same as moby/profiles, seccomp/default.json, of May 2026, with every capability, processor and kernel', () => {
    expect(effects(defaultProfile)).toBe('1bf4f154c3876c9c2bcdbd495a92469afde1212fcc874e6be7f2562d2325a6c3')
  })

  it('names only calls that there are, and each once in a list', () => {
    for (const { names } of defaultProfile.syscalls!) {
      expect(names.filter((name) => !isKnownCall(name))).toEqual([])
      expect(new Set(names).size).toBe(names.length)
    }
  })

  it('gives calls to those that have the capability', () => {
    const names = (capabilities: readonly string[]) =>
      profileRules(defaultProfile, { ...setting, capabilities })
        .syscalls!.filter(({ action }) => action === 'SCMP_ACT_ALLOW')
        .flatMap((rule) => rule.names)
    expect(names([])).not.toContain('chroot')
    expect(names(defaultCapabilities)).toContain('chroot')
    for (const call of ['mount', 'unshare', 'clone3', 'setns', 'bpf']) {
      expect(names(defaultCapabilities)).not.toContain(call)
      expect(names(['CAP_SYS_ADMIN'])).toContain(call)
    }
    expect(names(['CAP_BPF'])).toContain('bpf')
    for (const call of ['keyctl', 'add_key', 'kexec_load', 'userfaultfd', 'io_uring_setup', 'swapon'])
      expect(names(allCapabilities)).not.toContain(call)
  })
})

describe('which rules hold', () => {
  const holds = (includes: Circumstances, excludes: Circumstances = {}, more: Partial<Setting> = {}) =>
    profileRules(
      {
        defaultAction: 'SCMP_ACT_ERRNO',
        syscalls: [{ names: ['read'], action: 'SCMP_ACT_ALLOW', includes, excludes }],
      },
      { ...setting, ...more },
    ).syscalls!.length === 1

  it.each<[string, Circumstances, Circumstances, boolean]>([
    ['always', {}, {}, true],
    ['with a capability', { caps: ['CAP_KILL'] }, {}, true],
    ['without it', { caps: ['CAP_SYS_ADMIN'] }, {}, false],
    ['all of them are needed', { caps: ['CAP_KILL', 'CAP_SYS_ADMIN'] }, {}, false],
    ['one of them is enough to keep it out', {}, { caps: ['CAP_KILL', 'CAP_SYS_ADMIN'] }, false],
    ['none of them', {}, { caps: ['CAP_SYS_ADMIN'] }, true],
    ['this processor', { arches: ['amd64', 'arm'] }, {}, true],
    ['another one', { arches: ['arm64'] }, {}, false],
    ['not this processor', {}, { arches: ['amd64'] }, false],
    ['no list is no condition', { arches: [], caps: [] }, { arches: [], caps: [] }, true],
    ['an older kernel', { minKernel: '4.8' }, {}, true],
    ['the very kernel', { minKernel: '6.18' }, {}, true],
    ['a newer kernel', { minKernel: '6.19' }, {}, false],
    ['a newer kernel', { minKernel: '10.0' }, {}, false],
    ['not since', {}, { minKernel: '4.8' }, false],
  ])('%s', (_, includes, excludes, expected) => expect(holds(includes, excludes)).toBe(expected))

  it.each(['4.8.0', '4.8-rc5', '4.10.25-gentoo', '5.0', undefined])('%s is 4.8 or newer', (kernel) =>
    expect(holds({ minKernel: '4.8' }, {}, { kernel })).toBe(true),
  )
  it.each(['4.7.99', '3.19'])('%s is not', (kernel) =>
    expect(holds({ minKernel: '4.8' }, {}, { kernel })).toBe(false),
  )

  it('the programs of other kinds are those of this machine', () => {
    expect(profileRules(defaultProfile, setting).architectures).toEqual([
      'SCMP_ARCH_X86_64',
      'SCMP_ARCH_X86',
      'SCMP_ARCH_X32',
    ])
    expect(profileRules(defaultProfile, { ...setting, processor: 'arm64' }).architectures).toEqual([
      'SCMP_ARCH_AARCH64',
      'SCMP_ARCH_ARM',
    ])
    expect(
      profileRules({ defaultAction: 'SCMP_ACT_ALLOW', architectures: ['SCMP_ARCH_X86'] }, setting)
        .architectures,
    ).toEqual(['SCMP_ARCH_X86'])
  })
})

describe('a profile in JSON', () => {
  const rule = { names: ['read'], action: 'SCMP_ACT_ALLOW' }
  const parse = (json: object) => parseProfile(JSON.stringify({ defaultAction: 'SCMP_ACT_ERRNO', ...json }))

  it('is read whole', () => {
    const profile = {
      defaultAction: 'SCMP_ACT_ERRNO',
      defaultErrnoRet: 38,
      archMap: [{ architecture: 'SCMP_ARCH_X86_64', subArchitectures: ['SCMP_ARCH_X86'] }],
      flags: ['SECCOMP_FILTER_FLAG_LOG'],
      syscalls: [
        {
          names: ['read', 'write'],
          action: 'SCMP_ACT_ERRNO',
          errnoRet: 5,
          args: [{ index: 1, value: 7, valueTwo: 3, op: 'SCMP_CMP_MASKED_EQ' }],
          includes: { caps: ['CAP_KILL'], arches: ['amd64'], minKernel: '4.8' },
          excludes: { caps: ['CAP_SYS_ADMIN'] },
        },
      ],
    }
    expect(parseProfile(JSON.stringify(profile))).toEqual({ profile, warnings: [] })
  })

  it('may use the old word for one name, nulls as Go writes them, and words that mean nothing', () => {
    const { profile } = parse({
      archMap: null,
      comment: 'x',
      syscalls: [
        { name: 'read', names: [], action: 'SCMP_ACT_ALLOW', args: null, includes: {}, comment: '' },
      ],
    })
    expect(profile.syscalls).toEqual([{ names: ['read'], action: 'SCMP_ACT_ALLOW', includes: {} }])
  })

  it('keeps values of 64 bits', () => {
    const text = `{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["read"],"action":"SCMP_ACT_TRAP","args":[{"index":0,"value":18446744073709551615,"op":"SCMP_CMP_EQ"}]}]}`
    const { profile } = parseProfile(text)
    expect(profile.syscalls![0]!.args![0]!.value).toBe(2n ** 64n - 1n)
    expect(exactText(exactJson(text))).toBe(text)
    expect(exactText({ a: 1 })).toBe('{"a":1}')
  })

  it('says which calls there are not, and goes on', () => {
    expect(parse({ syscalls: [rule] }).warnings).toEqual([])
    expect(
      parse({ syscalls: [{ ...rule, names: ['read', 'raed', 'riscv_flush_icache'] }] }).warnings,
    ).toEqual(['there is no system call raed: the rules about it are left out'])
  })

  const condition = { index: 0, value: 1, op: 'SCMP_CMP_EQ' }
  it.each<[object, string]>([
    [{ defaultAction: undefined }, 'defaultAction is missing. For no filter at all, say seccomp=unconfined.'],
    [{ defaultAction: 'ALLOW' }, 'defaultAction: "ALLOW" is no action. There are SCMP_ACT_KILL, '],
    [{ defaultAction: 'toString' }, 'defaultAction: "toString" is no action'],
    [{ defaultErrnoRet: -1 }, 'defaultErrnoRet: -1 is no number from 0 to 4095'],
    [{ defaultErrnoRet: 4096 }, 'defaultErrnoRet: 4096 is no number from 0 to 4095'],
    [{ syscalls: {} }, 'syscalls is no list'],
    [{ syscalls: ['read'] }, 'syscalls[0] is no JSON object'],
    [{ syscalls: [rule, { names: ['read'] }] }, 'syscalls[1].action: nothing is no action'],
    [
      { syscalls: [{ ...rule, action: 'SCMP_ACT_NOTIFY' }] },
      'syscalls[0].action: SCMP_ACT_NOTIFY hands the call to another program',
    ],
    [{ syscalls: [{ ...rule, names: [] }] }, 'syscalls[0].names: nothing is no name'],
    [{ syscalls: [{ ...rule, names: [7] }] }, 'syscalls[0].names[0]: 7 is no name'],
    [{ syscalls: [{ ...rule, name: 'write' }] }, "syscalls[0]: both 'name' and 'names' are there"],
    [
      { syscalls: [{ ...rule, errnoRet: 1 }] },
      'syscalls[0].errnoRet: only SCMP_ACT_ERRNO and SCMP_ACT_TRACE take a number with them',
    ],
    [
      { syscalls: [{ ...rule, args: [{ ...condition, index: 6 }] }] },
      'syscalls[0].args[0].index: 6 is no argument: a call has six, from 0 to 5',
    ],
    [
      { syscalls: [{ ...rule, args: [{ ...condition, op: 'EQ' }] }] },
      'syscalls[0].args[0].op: "EQ" is no comparison. There are SCMP_CMP_NE, ',
    ],
    [
      { syscalls: [{ ...rule, args: [{ ...condition, value: -1 }] }] },
      'syscalls[0].args[0].value: -1 is no number of 64 bits',
    ],
    [
      { syscalls: [{ ...rule, args: [{ ...condition, value: 1.5 }] }] },
      'syscalls[0].args[0].value: 1.5 is no number of 64 bits',
    ],
    [
      { syscalls: [{ ...rule, includes: { minKernel: '4' } }] },
      'syscalls[0].includes.minKernel: "4" is no version',
    ],
    [{ syscalls: [{ ...rule, excludes: { caps: 'CAP_KILL' } }] }, 'syscalls[0].excludes.caps is no list'],
    [{ architectures: ['x86'] }, 'architectures[0]: "x86" is no processor'],
    [
      { architectures: ['SCMP_ARCH_X86'], archMap: [{ architecture: 'SCMP_ARCH_X86_64' }] },
      "both 'architectures' and 'archMap' are there",
    ],
    [{ flags: ['SECCOMP_FILTER_FLAG_FOO'] }, 'flags[0]: "SECCOMP_FILTER_FLAG_FOO" is no flag'],
    [{ flags: ['SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV'] }, 'is for SCMP_ACT_NOTIFY'],
  ])('%j is refused', (json, message) => expect(() => parse(json)).toThrow(message))

  it.each(['', '{', '[]', 'null', '7'])('%j is none', (text) => expect(() => parseProfile(text)).toThrow())
})
