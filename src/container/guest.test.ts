// The guest of exec as data: what is made before there is anything to be seen in the container, and what after it.

import { describe, expect, it } from 'vitest'
import { execve } from '../syscall/process.ts'
import { named, type Step } from '../syscall/syscall.ts'
import { notation } from '../syscall/trace.ts'
import { execPlan } from './exec.ts'
import { guestSteps } from './guest.ts'
import { specOf } from './make-spec.fixture.ts'

const lines = (steps: readonly Step[]) => steps.map(({ call }) => notation(call))
const at = (all: readonly string[], beginning: string) => {
  const found = all.findIndex((line) => line.startsWith(beginning))
  expect(found, `${beginning} in\n${all.join('\n')}`).not.toBe(-1)
  return found
}
const inOrder = (all: readonly string[], ...beginnings: string[]) => {
  const places = beginnings.map((one) => at(all, one))
  expect(places).toEqual(places.toSorted((a, b) => a - b))
}

const streams = { stdio: [named('<in>'), named('<out>'), named('<err>')], pipes: [1, 2] } as const
const kinds = ['mount', 'uts', 'ipc', 'network', 'cgroup', 'pid'] as const

describe('who prepares a guest', () => {
  const plan = (options = {}, types: Parameters<typeof execPlan>[2] = kinds, owner?: number) =>
    lines(
      execPlan(specOf(options).process, named('<pidfd>'), types, streams, named('<guest>'), undefined, owner),
    )

  it('is in no PID namespace of the container, and gives up every right before the guest is born', () => {
    const all = plan({ user: '1000' })
    inOrder(
      all,
      'fchown(<out>, 1000',
      'dup3(<in>, 0',
      'setns(<pidfd>, CLONE_NEWPID)',
      'setns(<pidfd>, CLONE_NEWNS|CLONE_NEWCGROUP|CLONE_NEWUTS|CLONE_NEWIPC|CLONE_NEWNET)',
      'keyctl(',
      'prctl(PR_CAPBSET_DROP',
      'setgroups(',
      'setresuid(1000',
      'capset(',
      'execveat(<guest>, "", ["gocker-guest"], [/* 0 vars */]',
    )
    expect(all.at(-1)).toMatch(/^execveat/)
    expect(all.some((line) => /^(execve|setsid|clone)\(/.test(line))).toBe(false)
  })

  it('becomes root of the user namespace when it is in there, and has given away the streams before', () => {
    inOrder(
      plan({}, [...kinds, 'user'], 100_000),
      'fchown(<out>, 100000',
      'setns(<pidfd>, CLONE_NEWPID)',
      'setns(<pidfd>, CLONE_NEWNS|CLONE_NEWCGROUP|CLONE_NEWUTS|CLONE_NEWIPC|CLONE_NEWUSER|CLONE_NEWNET)',
      'setresuid(0',
      'prctl(PR_CAPBSET_DROP',
      'execveat(',
    )
  })
})

describe('the guest', () => {
  const guest = (more: Partial<Parameters<typeof guestSteps>[0]> = {}) =>
    lines(
      guestSteps({
        pipe: 9,
        groups: [7, 8],
        terminal: false,
        outlives: false,
        policy: [],
        last: [],
        execs: ['/a/x', '/b/x'].map((path) => execve(path, ['x'], [])),
        ...more,
      }),
    )

  it('is born hidden, says that it is there, and has nothing open but 0, 1 and 2 when it becomes the program', () => {
    expect(guest()).toEqual([
      'prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)',
      'clone(CLONE_PARENT, 0, 0, 0, 0)',
      'write(9, &<clone>, 8)',
      'rt_sigprocmask(<clone>, [], 0, 8)',
      'write(7, "0", 1)',
      'write(8, "0", 1)',
      'setsid()',
      'prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0)',
      'write(9, [8 bytes], 8)',
      'fcntl(9, F_SETFD, 1)',
      'close_range(3, 8, 0)',
      'close_range(10, 4294967295, 0)',
      'execve("/a/x", ["x"], [/* 0 vars */])',
      'execve("/b/x", ["x"], [/* 0 vars */])',
      'write(9, &<execve /a/x>, 8)',
      'write(9, &<execve /b/x>, 8)',
      'exit_group(127)',
    ])
  })

  it('takes its terminal when it leads a session, and lives on without us if it shall', () => {
    const all = guest({ terminal: true, outlives: true })
    inOrder(all, 'setsid()', 'ioctl(0, TIOCSCTTY', 'execve(')
    expect(all.some((line) => line.includes('PDEATHSIG'))).toBe(false)
  })
})
