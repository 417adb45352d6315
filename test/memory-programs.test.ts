// The programs of a few hundred bytes that a supervisor and process 1 of `--init` are: also where vm.memfd_noexec is set.

import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const program = fileURLToPath(new URL('cases/memory-programs.ts', import.meta.url))
const isRoot = process.platform === 'linux' && process.geteuid?.() === 0
const setting = '/proc/sys/vm/memfd_noexec'

/** A container does without them, and all the same never without the policy of the host. */
const started = { policy: 'policy', exited: 5 }

function found(value: number): unknown {
  const { stdout, stderr } = spawnSync(process.execPath, [program, String(value)], { encoding: 'utf8' })
  return stdout === '' ? stderr : JSON.parse(stdout)
}

describe.skipIf(!isRoot)('a program in memory', () => {
  for (const value of [0, 1])
    it(`runs where vm.memfd_noexec is ${value}`, ({ skip }) => {
      if (!existsSync(setting)) return skip('this kernel has no such setting')
      expect(found(value)).toEqual({ ran: { exited: 7 }, started })
    })

  it('does not run where it is 2; a supervisor stays what it is then, and hears its signals', ({ skip }) => {
    if (!existsSync(setting)) return skip('this kernel has no such setting')
    expect(found(2)).toEqual({ ran: 'EACCES', started, closesOnExec: true, heard: true })
  })
})
