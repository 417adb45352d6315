// --init: process 1 does what few programs know how to do.

import { describe, expect, it } from 'vitest'
import { gocker, inside, isRoot, until, useGocker } from './gocker.ts'
import { hasScript, person } from './person.ts'

useGocker()

const none = ['--network', 'none'] as const

describe.skipIf(!isRoot)('--init (needs root)', () => {
  it('is process 1, and the program is its child', async () => {
    const lines = (await inside('ps -ef', '--init')).split('\n').map((line) => line.trim().split(/\s+/))
    expect(lines[1]).toEqual(['1', 'root', 'gocker-init', '--', 'sh', '-c', 'ps', '-ef'])
    expect(lines[2]?.slice(0, 2)).toEqual(['2', 'root'])
    expect(await inside('cat /proc/1/comm; ls /proc/1/fd | wc -l', '--init')).toBe('gocker-init\n3')
  })

  it('reaps what the program leaves behind', async () => {
    // they end when the shell, which would wait for them, is no shell any more
    const orphan = 'until [ -e /go ]; do sleep 0.05; done'
    const script = `for i in 1 2 3 4 5; do (sh -c '${orphan}' & ) ; done; exec sleep 1000`
    const look = async (name: string, command: string) =>
      (await gocker('exec', name, 'sh', '-c', command)).stdout.trim()
    const zombies = 'grep -l "^State:.Z" /proc/[0-9]*/status | wc -l'
    for (const [name, program, left, ...flags] of [
      ['without', 1, '5'],
      ['with', 2, '0', '--init'],
    ] as const) {
      await gocker('run', '-d', '--name', name, ...flags, ...none, 'tiny', 'sh', '-c', script)
      await until(async () => (await look(name, `cat /proc/${program}/comm`)) === 'sleep')
      await gocker('exec', name, 'touch', '/go')
      const waiting = 'grep -lz "^until" /proc/[0-9]*/cmdline | wc -l'
      await until(async () => (await look(name, `${waiting}; ${zombies}`)) === `0\n${left}`)
    }
    await gocker('rm', '-f', 'with', 'without')
  })

  it('hands signals on, and ends as the program did', async () => {
    await gocker('run', '-d', '--name', 'sleeper', '--init', ...none, 'tiny', 'sleep', '1000')
    const before = Date.now()
    await gocker('stop', 'sleeper')
    expect(Date.now() - before).toBeLessThan(8_000)
    expect(
      (await gocker('inspect', '-f', '{{.State.ExitCode}} {{.HostConfig.Init}}', 'sleeper')).stdout,
    ).toBe('143 true\n')
    await gocker('rm', 'sleeper')
    for (const [script, code] of [
      ['exit 0', 0],
      ['exit 7', 7],
      ['exit 255', 255],
      ['kill -9 $$', 137],
    ] as const)
      expect((await gocker('run', '--rm', '--init', ...none, 'tiny', 'sh', '-c', script)).status).toBe(code)
  })

  it('says what cannot be found', async () => {
    const { status, stderr } = await gocker('run', '--rm', '--init', ...none, 'tiny', 'no-such-program')
    expect([status, stderr]).toEqual([127, 'exec: "no-such-program": executable file not found in $PATH\n'])
  })

  it('works for a user without rights, and with a root that is read only', async () => {
    expect(await inside('id -u; grep ^CapEff /proc/1/status', '--init', '-u', '4711', '--read-only')).toBe(
      '4711\nCapEff:\t0000000000000000',
    )
  })

  it.skipIf(!hasScript)('lets Ctrl-C reach the program once', async () => {
    await using alice = await person()
    alice.types(
      `gocker run -it --rm --init --network none tiny sh -c 'trap "echo got it" INT; echo go; for i in 1 2 3 4; do sleep 0.5; done; echo end'\r`,
    )
    await alice.sees('go\r\n')
    alice.types('\x03')
    const screen = await alice.sees('end\r\n')
    expect(screen.match(/got it/g)).toHaveLength(1)
  })
})
