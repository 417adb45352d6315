import { expect, it } from 'vitest'
import { type Evidence, verdictOn } from './exercise.ts'

/** memory.events of version 2. It tells of pressure too, which killed nobody. */
const events = (oomKills: number) =>
  `low 0\nhigh 0\nmax 31\noom ${oomKills === 0 ? 0 : 4}\noom_kill ${oomKills}\noom_group_kill 0\n`
/** memory.oom_control of version 1. */
const control = (oomKills: number) => `oom_kill_disable 0\nunder_oom 0\noom_kill ${oomKills}\n`

const verdict = (end: Evidence['end'], memory: string, pids = 'max 0\n') => verdictOn({ end, memory, pids })

it('the OOM killer is found in the files of both versions', () => {
  for (const [version, memory] of [
    [2, events(1)],
    [1, control(1)],
  ] as const)
    expect(verdict({ signal: 9 }, memory), `version ${version}: SIGKILL, and oom_kill 1`).toEqual({
      cause: 'out of memory',
      oomKills: 1,
      refused: 0,
    })
})

it('SIGKILL without a count came from somebody else', () => {
  for (const memory of [events(0), control(0)])
    expect(verdict({ signal: 9 }, memory).cause, 'SIGKILL, and oom_kill 0').toBe('killed by somebody')
})

it('lines whose names only begin in the same way do not count', () => {
  const pressed = 'low 0\nhigh 7\nmax 31\noom 4\noom_kill 0\noom_group_kill 0\n'
  expect(verdict({ signal: 9 }, pressed).oomKills, 'the limit was met, and nobody was killed').toBe(0)
  const inGroups = 'oom 4\noom_group_kill 1\noom_kill 3\n'
  expect(verdict({ signal: 9 }, inGroups).oomKills, 'oom_kill stands last here').toBe(3)
  const switchedOff = 'oom_kill_disable 1\nunder_oom 1\noom_kill 0\n'
  expect(verdict({ signal: 9 }, switchedOff).oomKills, 'oom_kill_disable is a switch').toBe(0)
})

it('a shell passes on what its last command died of', () => {
  expect(verdict({ exited: 137 }, events(1)).cause, 'status 137, and oom_kill 1').toBe('out of memory')
  expect(verdict({ exited: 137 }, events(0)).cause, 'status 137, and oom_kill 0').toBe('killed by somebody')
  expect(verdict({ exited: 143 }, events(0)).cause, 'status 143 is SIGTERM').toBe('killed by somebody')
})

it('not every large status is a signal', () => {
  for (const exited of [0, 1, 126, 127, 128, 193, 255])
    expect(verdict({ exited }, events(0)).cause, `status ${exited}`).toBe('ended by itself')
})

it('the OOM killer sends SIGKILL, and nothing else', () => {
  for (const end of [{ signal: 15 }, { signal: 11 }, { exited: 139 }])
    expect(verdict(end, events(2)).cause, `${JSON.stringify(end)}, and oom_kill 2`).toBe('killed by somebody')
})

it('who lost a process may still end well', () => {
  expect(verdict({ exited: 0 }, control(2)), 'status 0, and oom_kill 2').toEqual({
    cause: 'ended by itself',
    oomKills: 2,
    refused: 0,
  })
})

it('refused starts are counted, and numbers may be large', () => {
  expect(verdict({ exited: 2 }, events(0), 'max 1204\n').refused, 'pids.events says max 1204').toBe(1204)
  expect(verdict({ exited: 0 }, events(12)).oomKills, 'memory.events says oom_kill 12').toBe(12)
})

it('where nothing was counted, nothing is made up', () => {
  expect(verdict({ signal: 9 }, '', ''), 'both files are empty').toEqual({
    cause: 'killed by somebody',
    oomKills: 0,
    refused: 0,
  })
})
