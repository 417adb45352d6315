// The filter for system calls in real containers: what the kernel says of every number is what the filter says, and who gets
// which filter.

import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { release, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { programBytes } from '../../src/security/bpf.ts'
import { simulate } from '../../src/security/bpf-simulate.ts'
import { type Abi, callNumbers, nativeAbi, x32Bit } from '../../src/security/call-numbers.ts'
import { defaultCapabilities } from '../../src/security/capabilities.ts'
import { compile } from '../../src/security/seccomp-compile.ts'
import { defaultProfile } from '../../src/security/seccomp-default.ts'
import { processorOf } from '../../src/security/seccomp-explain.ts'
import { type Profile, profileRules } from '../../src/security/seccomp-profile.ts'
import { arch } from '../../src/syscall/numbers.ts'
import { background, gocker, inside, isRoot, stateOf, useGocker } from './gocker.ts'

useGocker()

const folder = mkdtempSync(join(tmpdir(), 'gocker-seccomp-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** test/seccomp/calls.c, made without a library to look for; undefined without gcc. */
const caller = (() => {
  const source = fileURLToPath(new URL('../seccomp/calls.c', import.meta.url))
  try {
    execFileSync('gcc', ['-O1', '-static', '-o', join(folder, 'calls'), source], { stdio: 'pipe' })
    return join(folder, 'calls')
  } catch {
    return undefined
  }
})()

/** What `calls` says in a container. */
async function calls(flags: readonly string[], ...words: string[]): Promise<string[]> {
  expect(caller, 'gcc and a static C library are needed').toBeDefined()
  const { status, stdout, stderr } = await gocker(
    ...[
      'run',
      '--rm',
      '--network',
      'none',
      '-v',
      `${caller}:/calls:ro`,
      ...flags,
      'tiny',
      '/calls',
      ...words,
    ],
  )
  expect(`${status}${stderr}`).toBe('0')
  return stdout.trim().split('\n')
}

function fileWith(profile: Profile, name: string): string {
  const path = join(folder, name)
  writeFileSync(path, JSON.stringify(profile))
  return path
}

/** Errors that no call has: what ends with one was refused by the filter and by nothing else. */
const [refused, refusedOtherwise] = [1234, 1235]
const marked: Profile = {
  ...defaultProfile,
  defaultErrnoRet: refused,
  syscalls: defaultProfile.syscalls!.map((rule) =>
    rule.errnoRet === undefined ? rule : { ...rule, errnoRet: refusedOtherwise },
  ),
}

/** These end only when a signal comes, or keep the whole machine waiting. */
const neverTried = ['pause', 'sync']
/** About these the kernel asks no filter, since 6.14 and 6.18: only code of its own can make them. kernel/seccomp.c */
const neverAsked = ['uretprobe', 'uprobe']
/** These never end if all their arguments are zero. */
const notWithZeros = ['select', '_newselect', 'pselect6', 'pselect6_time64', 'ppoll', 'ppoll_time64']

const kinds: readonly (readonly [kind: string, abi: Abi, last: number])[] = [
  ['64', nativeAbi(arch), 480],
  ...(arch === 'x64'
    ? ([
        ['32', 'i386', 480],
        ['x32', 'x32', 560],
      ] as const)
    : []),
]

describe.skipIf(!isRoot)('every number (needs root)', () => {
  const program = compile(profileRules(marked, { capabilities: defaultCapabilities, processor: arch }), arch)

  describe.each(kinds)('of %s-bit calls', (kind, abi, last) => {
    it.each(['0', '-1'])(
      'with %s in all arguments: the kernel and the simulator agree',
      async (argument) => {
        if (
          kind === '32' &&
          !/^20 \d+$/.test(execFileSync(caller!, ['one', '32', '20'], { encoding: 'utf8' }).trim())
        )
          return
        const numbers = callNumbers(abi)
        const left = [...neverTried, ...neverAsked, ...(argument === '0' ? notWithZeros : [])].flatMap(
          (name) => {
            const number = numbers.get(name)
            return number === undefined ? [] : [String(abi === 'x32' ? number - x32Bit : number)]
          },
        )
        const path = fileWith(marked, 'marked.json')
        const lines = await calls(
          ['--security-opt', `seccomp=${path}`],
          'all',
          kind,
          '0',
          String(last),
          argument,
          ...left,
        )
        expect(lines).toHaveLength(last + 1 - left.length)
        const args = Array.from({ length: 6 }, () => BigInt(argument))
        const wrong = lines.filter((line) => {
          const [number = '', result = ''] = line.split(/ (.*)/)
          const seen = Number(number) + (abi === 'x32' ? x32Bit : 0)
          const { verdict } = simulate(program, { number: seen, processor: processorOf[abi], args })
          const isMarked = [`-${refused}`, `-${refusedOtherwise}`].includes(result)
          return verdict === 0x7fff0000 ? isMarked : result !== `-${verdict & 0xffff}`
        })
        expect(wrong).toEqual([])
        const count = (error: number) => lines.filter((line) => line.endsWith(` -${error}`)).length
        expect(count(refused)).toBeGreaterThan(100)
        if (abi === nativeAbi(arch)) expect(count(refusedOtherwise)).toBe(1)
      },
      60_000,
    )
  })
})

/** [name, arguments, with the filter]; without it none of them ends so. */
const attacks: readonly (readonly [name: string, args: readonly string[], errno: number])[] = [
  ['keyctl', ['0', '-3'], 1],
  ['add_key', [], 1],
  ['request_key', [], 1],
  ['perf_event_open', [], 1],
  ['userfaultfd', ['1'], 1],
  ['unshare', ['0x10000000'], 1],
  ['clone', ['0x10000011'], 1],
  ['clone3', [], 38],
  ['personality', ['0x40000'], 1],
  ['socket', ['38', '5'], 1],
  ['socket', ['40', '1'], 1],
]

describe.skipIf(!isRoot)('calls that no container needs (needs root)', () => {
  const number = (name: string) => String(callNumbers(nativeAbi(arch)).get(name))

  it.each(attacks)('%s %j', async (name, args, errno) => {
    const words = ['one', '64', number(name), ...args]
    expect(await calls([], ...words)).toEqual([`${number(name)} -${errno}`])
    const open = await calls(['--security-opt', 'seccomp=unconfined'], ...words)
    expect(open[0]).not.toBe(`${number(name)} -${errno}`)
  })

  // these need a capability besides: it is the filter that refuses, for root has it
  it.each([
    ['mount', 'CAP_SYS_ADMIN'],
    ['bpf', 'CAP_BPF'],
    ['setns', 'CAP_SYS_ADMIN'],
    ['open_by_handle_at', 'CAP_DAC_READ_SEARCH'],
    ['mbind', 'CAP_SYS_NICE'],
  ])('%s, unless it has %s', async (name, capability) => {
    const words = ['one', '64', number(name), '0', '0', '0']
    const path = fileWith(marked, 'marked.json')
    const profile = ['--security-opt', `seccomp=${path}`]
    expect(await calls(profile, ...words)).toEqual([`${number(name)} -${refused}`])
    const [line] = await calls([...profile, '--cap-add', capability], ...words)
    expect(line).not.toContain(`-${refused}`)
  })

  it.each([
    ['kexec_load', 'CAP_SYS_BOOT'],
    ['swapon', 'CAP_SYS_ADMIN'],
    ['io_uring_setup', 'CAP_SYS_ADMIN'],
  ])('%s, even with %s', async (name, capability) => {
    const path = fileWith(marked, 'marked.json')
    const flags = ['--security-opt', `seccomp=${path}`, '--cap-add', capability]
    expect(await calls(flags, 'one', '64', number(name))).toEqual([`${number(name)} -${refused}`])
  })

  it.each([
    ['personality', ['0']],
    ['personality', ['0xffffffff']],
    ['socket', ['2', '1']],
    ['socket', ['1', '1']],
    ['clone', ['17']],
  ])('but %s %j may be made', async (name, args) => {
    const [line] = await calls([], 'one', '64', number(name), ...args)
    expect(line).toMatch(/ \d+$/)
  })
})

const mode = 'grep -E "^(Seccomp|NoNewPrivs):" /proc/self/status | tr -d "\\n"'

describe.skipIf(!isRoot)('who gets the filter (needs root)', () => {
  it.each([
    [[], '0', '2'],
    [['--security-opt', 'no-new-privileges'], '1', '2'],
    [['--user', '1000'], '0', '2'],
    [['--user', '1000', '--security-opt', 'no-new-privileges'], '1', '2'],
    [['--init'], '0', '2'],
    [['--cap-drop', 'ALL'], '0', '2'],
    [['--security-opt', 'seccomp=builtin'], '0', '2'],
    [['--security-opt', 'seccomp=unconfined'], '0', '0'],
    [['--security-opt', 'seccomp=unconfined', '--security-opt', 'no-new-privileges'], '1', '0'],
    [['--privileged'], '0', '0'],
    [['--privileged', '--security-opt', 'seccomp=builtin'], '0', '2'],
  ])('run %j', async (flags, noNewPrivs, seccomp) => {
    expect(await inside(mode, ...flags)).toBe(`NoNewPrivs:\t${noNewPrivs}Seccomp:\t${seccomp}`)
  })

  it('exec, with --privileged too, as Docker; and a terminal', async () => {
    await using _one = await background('filtered')
    for (const flags of [[], ['--privileged'], ['-u', '1000'], ['-t']])
      expect((await gocker('exec', ...flags, 'filtered', 'sh', '-c', mode)).stdout).toContain('Seccomp:\t2')
  })

  it('and the kernel has the very one that was compiled, whether it was kept or not', async ({ skip }) => {
    const rules = profileRules(defaultProfile, {
      capabilities: defaultCapabilities,
      processor: arch,
      kernel: release(),
    })
    const expected = Buffer.from(programBytes(compile(rules, arch))).toString('hex')
    for (const name of ['first', 'second']) {
      await using _one = await background(name)
      const { stdout, status } = spawnSync(caller!, ['filter', String(stateOf(name)!.pid)], {
        encoding: 'utf8',
      })
      if (status === 4) skip('this kernel does not tell what filters there are: CONFIG_CHECKPOINT_RESTORE')
      expect(stdout).toBe(expected)
    }
  })

  it('exec has none where the container has none', async () => {
    await using _one = await background(
      'open',
      '--security-opt',
      'seccomp=unconfined',
      '--network',
      'none',
      'tiny',
      'sleep',
      '1000',
    )
    expect((await gocker('exec', 'open', 'sh', '-c', mode)).stdout).toContain('Seccomp:\t0')
    expect((await gocker('exec', '--privileged', 'open', 'sh', '-c', mode)).stdout).toContain('Seccomp:\t0')
  })

  it('a health check', async () => {
    const flags = ['--health-cmd', 'grep Seccomp: /proc/self/status', '--health-interval', '100ms']
    await using _one = await background('healthy', ...flags, '--network', 'none', 'tiny', 'sleep', '1000')
    const output = async () => (await gocker('inspect', '-f', '{{json .State.Health}}', 'healthy')).stdout
    await expect.poll(output, { timeout: 20_000 }).toContain('Seccomp:')
    expect(await output()).toContain('Seccomp:\\t2')
  })

  it('with no_new_privs it comes last: what gocker calls before need not be allowed, for run and exec', async () => {
    const names = ['setresuid', 'setresgid', 'setgroups', 'capset', 'prctl', 'close_range']
    const path = fileWith(
      { defaultAction: 'SCMP_ACT_ALLOW', syscalls: [{ names, action: 'SCMP_ACT_KILL_PROCESS' }] },
      'tight.json',
    )
    const flags = ['--network', 'none', '--security-opt', `seccomp=${path}`]
    const refused = await gocker('run', '--rm', ...flags, 'tiny', 'true')
    expect(refused.status).toBe(125)
    expect(refused.stderr).toContain('does not allow setresgid, setresuid, prctl, capset, close_range, which')
    flags.push('--security-opt', 'no-new-privileges')
    await using _one = await background('tight', ...flags, 'tiny', 'sleep', '1000')
    expect(await gocker('exec', 'tight', 'true')).toMatchObject({ status: 0, stderr: '' })
  })

  it('a container that is started again has the filter that it was made with', async () => {
    const path = fileWith(
      {
        defaultAction: 'SCMP_ACT_ALLOW',
        syscalls: [{ names: ['uname'], action: 'SCMP_ACT_ERRNO', errnoRet: 5 }],
      },
      'once.json',
    )
    await gocker(
      'create',
      '--name',
      'again',
      '--network',
      'none',
      '--security-opt',
      `seccomp=${path}`,
      'tiny',
      'uname',
    )
    rmSync(path)
    const { stderr, status } = await gocker('start', '-a', 'again')
    expect(stderr).toContain('Input/output error')
    expect(status).not.toBe(0)
    const { stdout } = await gocker('inspect', '-f', '{{json .HostConfig.SecurityOpt}}', 'again')
    expect(JSON.parse(stdout)).toEqual([`seccomp=${path}`])
    await gocker('rm', 'again')
  })
})

describe.skipIf(!isRoot)('a profile of one’s own (needs root)', () => {
  const run = (profile: unknown, ...flags: string[]) => {
    const path = fileWith(profile as Profile, 'own.json')
    return gocker(
      'run',
      '--rm',
      '--network',
      'none',
      '--security-opt',
      `seccomp=${path}`,
      ...flags,
      'tiny',
      'uname',
    )
  }
  const withUname = (rule: object) => ({
    defaultAction: 'SCMP_ACT_ALLOW',
    syscalls: [{ names: ['uname'], ...rule }],
  })

  it.each([
    ['SCMP_ACT_KILL', 159],
    ['SCMP_ACT_KILL_PROCESS', 159],
    ['SCMP_ACT_TRAP', 159],
    ['SCMP_ACT_LOG', 0],
    ['SCMP_ACT_ALLOW', 0],
    ['SCMP_ACT_TRACE', 1],
  ])('%s', async (action, expected) => {
    expect(await run(withUname({ action }))).toMatchObject({ status: expected })
  })

  it('may have a reason of its own', async () => {
    expect((await run(withUname({ action: 'SCMP_ACT_ERRNO', errnoRet: 28 }))).stderr).toContain(
      'No space left on device',
    )
  })

  it('may be as long as the kernel takes, and no longer', async () => {
    const rules = (count: number) => ({
      defaultAction: 'SCMP_ACT_ALLOW',
      syscalls: Array.from({ length: count }, (_, i) => ({
        names: ['ioctl'],
        action: 'SCMP_ACT_ERRNO',
        args: [{ index: 5, value: 2 ** 40 + i, op: 'SCMP_CMP_EQ' }],
      })),
    })
    expect(await run(rules(1000))).toMatchObject({ status: 0, stdout: 'Linux\n' })
    const { status, stderr } = await run(rules(2000))
    expect(status).toBe(125)
    expect(stderr).toMatch(/makes a filter of \d+ instructions, and the kernel takes 4096 at most/)
  })

  it('keeps numbers of 64 bits until the container starts', async () => {
    const path = join(folder, 'wide.json')
    writeFileSync(
      path,
      '{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["personality"],"action":"SCMP_ACT_ERRNO","errnoRet":7,"args":[{"index":0,"value":18446744073709551615,"op":"SCMP_CMP_EQ"}]}]}',
    )
    const number = String(callNumbers(nativeAbi(arch)).get('personality'))
    const flags = ['--security-opt', `seccomp=${path}`]
    expect(await calls(flags, 'one', '64', number, '0xffffffffffffffff')).toEqual([`${number} -7`])
    expect((await calls(flags, 'one', '64', number, '0xffffffff'))[0]).not.toBe(`${number} -7`)
  })

  it('that is none is one clear error', async () => {
    const { status, stderr } = await run({ defaultAction: 'SCMP_ACT_FOO' })
    expect(status).toBe(125)
    expect(stderr).toMatch(
      /^gocker: The seccomp profile .*own\.json is not valid: defaultAction: "SCMP_ACT_FOO" is no action\. .*\n$/,
    )
  })

  it('that is not there is one, too', async () => {
    const { status, stderr } = await gocker(
      'run',
      '--rm',
      '--security-opt',
      'seccomp=/no/such/file',
      'tiny',
      'true',
    )
    expect(status).toBe(125)
    expect(stderr).toBe(
      'gocker: opening seccomp profile (/no/such/file) failed: open /no/such/file: no such file or directory\n',
    )
    const other = await gocker('run', '--rm', '--security-opt', 'seccom=x', 'tiny', 'true')
    expect(other.stderr).toContain('invalid --security-opt: seccom=x')
  })

  it('with a call that there is not is told, and used', async () => {
    const { status, stderr } = await run({
      defaultAction: 'SCMP_ACT_ALLOW',
      syscalls: [{ names: ['unmae'], action: 'SCMP_ACT_ERRNO' }],
    })
    expect(status).toBe(0)
    expect(stderr).toMatch(
      /^WARNING: .*own\.json: there is no system call unmae: the rules about it are left out\n$/,
    )
  })

  it('that refuses what gocker itself has to do is said before anything starts', async () => {
    const nothing = await run({ defaultAction: 'SCMP_ACT_KILL_PROCESS' })
    expect(nothing.status).toBe(125)
    expect(nothing.stderr).toContain('The seccomp profile does not allow')
    for (const call of ['setresuid', 'capset', 'prctl', 'close_range', 'execve'])
      expect(nothing.stderr).toContain(call)
    const last = await run({ defaultAction: 'SCMP_ACT_KILL_PROCESS' }, '--security-opt', 'no-new-privileges')
    expect(last.stderr).toContain('does not allow execve, which')
  })
})
