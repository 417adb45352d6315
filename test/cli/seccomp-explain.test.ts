// gocker seccomp explain: what people are told about the filter is what the filter does.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { gocker, gockerWith, isRoot } from './gocker.ts'

const folder = mkdtempSync(join(tmpdir(), 'gocker-seccomp-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function explain(...words: string[]): Promise<string> {
  const env = { FORCE_COLOR: undefined, NO_COLOR: '1' }
  const { status, stdout, stderr } = await gockerWith({ env }, 'seccomp', 'explain', ...words)
  expect([status, stderr]).toEqual([0, ''])
  return stdout
}

const expected: Readonly<Record<string, readonly string[]>> = {
  read: ['read is allowed.', 'A rule of the built-in profile says so.', 'notes it in a bitmap'],
  mount: [
    'mount is refused: EPERM (Operation not permitted).',
    'No rule of the built-in profile is about it',
    'With CAP_SYS_ADMIN it is allowed.   --cap-add SYS_ADMIN',
  ],
  clone3: [
    'clone3 is refused: ENOSYS (Function not implemented).',
    'because the container does not have CAP_SYS_ADMIN',
  ],
  clone: [
    'clone depends on its arguments:',
    'allow   if none of CLONE_NEWCGROUP,',
    'refuse with EPERM (Operation not permitted)   in all other cases',
    'With CAP_SYS_ADMIN it is allowed.',
  ],
  personality: ['allow   if persona = 8 (PER_LINUX32)', '5 rules of the built-in profile say so.'],
  socket: ['allow   if domain < 38 (AF_ALG)', 'allow   if domain > 40 (AF_VSOCK)'],
  chroot: ['chroot is allowed.', 'because the container has CAP_SYS_CHROOT'],
  keyctl: ['keyctl is refused: EPERM'],
  bpf: ['With CAP_SYS_ADMIN it is allowed.', 'With CAP_BPF it is allowed.'],
  riscv_flush_icache: ['a call of other processors'],
}

describe('gocker seccomp explain CALL', () => {
  it('says what becomes of the call, which rule says so, and what would change it', async () => {
    const text = await explain(...Object.keys(expected))
    const parts = text.split(/\n(?=\w+ {3}\S)/)
    for (const [i, [name, sentences]] of Object.entries(expected).entries()) {
      expect(parts[i]?.startsWith(`${name}   `), name).toBe(true)
      for (const one of sentences) expect(parts[i]).toContain(one)
    }
    expect(parts).toHaveLength(Object.keys(expected).length)
  })

  it('says what a capability changes', async () => {
    expect(await explain('--cap-add', 'SYS_ADMIN', 'mount')).toContain(
      'mount is allowed.\n  A rule of the built-in profile says so, because the container has CAP_SYS_ADMIN.',
    )
    expect(await explain('--cap-drop', 'SYS_CHROOT', 'chroot')).toContain('chroot is refused')
  })

  it('shows the way from the first instruction to a verdict', async () => {
    const way = (await explain('mount')).split('Its way through the filter: ')[1]!.split('\n').slice(1)
    expect(way[0]).toMatch(/^ +0 {2}ld \[4\] +what kind of program makes it\?$/)
    expect(way.filter(Boolean).at(-1)).toMatch(
      /^ +L\d+ {2}ret #0x50001 +refuse with EPERM \(Operation not permitted\)$/,
    )
  })

  it.runIf(process.arch === 'x64')('tells of other kinds of programs', async () => {
    expect(await explain('socket')).toContain('socket   41 on x86-64, 41 on x32, 359 on i386')
    expect(await explain('socket')).toContain(
      'Programs of i386 can also make it through socketcall, and that is allowed',
    )
    expect(await explain('waitpid')).toContain('waitpid   7 on i386')
    expect(await explain('uprobe')).toContain('the kernel asks no filter about it')
  })

  it('takes numbers, and several at once', async () => {
    const text = await explain(process.arch === 'x64' ? '165' : '40', 'read')
    expect(text.match(/^\w+ {3}\d/gm)).toHaveLength(2)
    expect(text).toContain('mount is refused')
  })

  it('a name that is none', async () => {
    const { status, stderr } = await gocker('seccomp', 'explain', 'raed')
    expect(status).toBe(1)
    expect(stderr).toContain('There is no system call raed.')
  })

  it('a profile of one’s own', async () => {
    const path = join(folder, 'own.json')
    writeFileSync(
      path,
      JSON.stringify({
        defaultAction: 'SCMP_ACT_LOG',
        syscalls: [
          {
            names: ['ioctl'],
            action: 'SCMP_ACT_KILL_PROCESS',
            args: [{ index: 1, value: 0x5412, op: 'SCMP_CMP_EQ' }],
          },
        ],
      }),
    )
    const text = await explain('--profile', path, 'ioctl', 'read')
    expect(text).toContain('kill the process   if request = 0x5412')
    expect(text).toContain('allow, and write it into the kernel’s log   in all other cases')
    expect(text).toContain(`No rule of the profile ${path} is about it, so its default holds.`)
    expect((await gocker('seccomp', 'explain', '--profile', '/no/such')).status).toBe(1)
  })
})

describe('gocker seccomp explain', () => {
  it('shows the whole filter: counts, labels, names', async () => {
    const text = await explain()
    const [, count = ''] = /^ {2}(\d+) instructions, of 4096 that the kernel takes$/m.exec(text) ?? []
    const lines = text.split('\n').filter((line) => /^ +L?\d+ {2}\w/.test(line))
    expect(lines).toHaveLength(Number(count))
    // every label that is named stands at a line
    const labels = new Set(lines.map((line) => line.trim().split(' ')[0]))
    for (const [label] of lines.join('\n').matchAll(/(?<= )L\d+(?=,|$| )/gm)) expect(labels).toContain(label)
    expect(text).toContain('which call is it?')
    expect(text).toContain('from mount on')
    expect(text).not.toContain('\u001b')
  })

  it('has colours where they are wanted', async () => {
    const { stdout } = await gockerWith(
      { env: { FORCE_COLOR: '1', NO_COLOR: undefined } },
      'seccomp',
      'explain',
      'read',
    )
    expect(stdout).toContain('\u001b[32mread is allowed.')
  })

  it.runIf(isRoot)('needs no right', async () => {
    const { status, stdout } = await gockerWith({ uid: 65534 }, 'seccomp', 'explain', 'read')
    expect([status, stdout]).toEqual([0, expect.stringContaining('read is allowed.')])
  })

  it('is in the help', async () => {
    expect((await gocker('--help')).stdout).toMatch(
      /Management Commands:[\s\S]*\n {2}seccomp +See which system calls containers may make/,
    )
    expect((await gocker('seccomp', 'explain', '--help')).stdout).toContain(
      'Usage: gocker seccomp explain [OPTIONS] [CALL...]',
    )
  })
})
