// exec into a container whose programs are hostile: what they can see of the process that becomes the new program.

import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { programFile } from '../../src/syscall/program-file.ts'
import { background, gocker, isRoot, stateOf, useGocker } from './gocker.ts'

useGocker()

/** So many places to try the program in that the guest can be looked at. */
const slow = `PATH=${'/x:'.repeat(5_000)}/usr/bin`

/** Looks at all processes again and again: at their programs, their memory, their words and their open files. */
const spy = `
cd /proc
while :; do
  for pid in [2-9]* 1[0-9]*; do
    exe=$(readlink $pid/exe) || continue
    case $exe in */readlink|*/dash|*/sh|*/busybox|*/sleep|*/true|'') continue ;; esac
    echo "saw $exe"
    tr '\\0' ' ' < $pid/cmdline
    ls -l $pid/fd
    (echo overwritten > $pid/exe) 2>&1 && echo 'OPENED FOR WRITING'
  done 2> /dev/null
done`

const node = /\/node\b|entry\.cjs/

describe.skipIf(!isRoot)('exec into a hostile container (needs root)', () => {
  it.each([
    ['that may look into every process', ['--cap-add', 'SYS_PTRACE']],
    ['that has all rights', ['--privileged']],
  ])(
    '%s shows it a program of a few hundred bytes, never ours (CVE-2016-9962, CVE-2019-5736)',
    async (_, flags) => {
      const before = readFileSync(process.execPath)
      await using container = await background(
        'spying',
        '--network',
        'none',
        ...flags,
        'tiny',
        'sh',
        '-c',
        `echo up; ${spy}`,
      )
      await container.says('up')
      for (let i = 0; i < 3 || (i < 40 && !container.output().includes('gocker-guest')); i++) {
        const { status, stdout } = await gocker(
          'exec',
          '-e',
          slow,
          '-e',
          'SECRET=hidden',
          'spying',
          'echo',
          'ran',
        )
        expect([status, stdout]).toEqual([0, 'ran\n'])
      }
      expect(container.output()).toContain('saw /memfd:gocker-guest')
      expect(container.output()).not.toMatch(node)
      expect(container.output()).not.toContain('SECRET')
      expect(readFileSync(process.execPath).equals(before)).toBe(true)
    },
  )

  it('with the usual rights shows it nothing: neither program, nor words, nor open files', async () => {
    const words =
      'while :; do cat /proc/*/cmdline | tr "\\0" " "; ls /proc/*/exe /proc/*/fd; done 2> /dev/null'
    await using container = await background(
      'reading',
      '--network',
      'none',
      'tiny',
      'sh',
      '-c',
      `echo up; ${words}`,
    )
    await container.says('up')
    for (let i = 0; i < 3 || (i < 40 && !container.output().includes('gocker-guest')); i++)
      await gocker('exec', '-e', slow, '-e', 'SECRET=hidden', 'reading', 'true')
    expect(container.output()).toContain('gocker-guest')
    expect(container.output()).not.toMatch(node)
    expect(container.output()).not.toContain('SECRET')
  })

  it('comes out of a file that not even root of the host can change', () => {
    const file = programFile('sealed', Buffer.from('a program'))
    expect(() => writeSync(file, 'another', 0)).toThrow('EPERM')
    expect(() => ftruncateSync(file, 0)).toThrow('EPERM')
    const again = openSync(`/proc/self/fd/${file}`, 'r+')
    expect(() => writeSync(again, 'another', 0)).toThrow('EPERM')
    for (const fd of [file, again]) closeSync(fd)
  })

  it('leaves a full container room: the one who prepares is in none of its groups', async () => {
    await using _ = await background(
      'full',
      '--network',
      'none',
      '--pids-limit',
      '2',
      'tiny',
      'sleep',
      '1000',
    )
    expect(await gocker('exec', 'full', 'echo', 'room')).toMatchObject({ status: 0, stdout: 'room\n' })
    const { cgroup, pid } = stateOf('full')!
    expect(readFileSync(`/proc/${pid}/cgroup`, 'utf8')).toContain(cgroup)
    const groups = await gocker('exec', 'full', 'cat', '/proc/self/cgroup')
    expect(
      groups.stdout
        .trim()
        .split('\n')
        .every((line) => line.endsWith(':/') || /\/\.\.\//.test(line)),
    ).toBe(true)
  })

  it('in which everything new is killed says so, and does not hang', async () => {
    const killer = 'cd /proc; while :; do for pid in [2-9]* 1[0-9]*; do kill -9 $pid; done; done 2> /dev/null'
    await using _ = await background(
      'killing',
      '--network',
      'none',
      '--cap-add',
      'ALL',
      'tiny',
      'sh',
      '-c',
      killer,
    )
    for (let i = 0; i < 5; i++)
      expect([125, 137]).toContain((await gocker('exec', '-e', slow, 'killing', 'sleep', '5')).status)
  })
})
