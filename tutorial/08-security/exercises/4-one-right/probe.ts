// Runs in a process of its own: starts a shell after the calls of `drop` and reports what the kernel says of it. The shell
// only looks, so a list that drops too little does no harm.

import { outputOf } from '../../../../chapters/ask.ts'
import { capabilityMasks, namesOf } from '../../../../src/security/capabilities.ts'
import { failedWith } from '../../../../src/syscall/error.ts'
import { execve, setgroups } from '../../../../src/syscall/process.ts'
import { report } from '../../../kit.ts'
import { drop } from './exercise.ts'

const calls = drop(1979, 1980, 'CAP_NET_BIND_SERVICE')
if (!Array.isArray(calls)) throw new Error('drop() returns a list of calls')
// the engine that starts containers is in some groups of its own
const before = setgroups([0, 6, 27])
// one program more, for what it gets from the shell counts
const look = execve('/bin/sh', ['sh', '-c', 'sh -c "cat /proc/self/status"; true'], ['PATH=/usr/bin:/bin'])
const status = statusAfter()

function statusAfter(): string {
  try {
    return outputOf(0, [before, ...calls, look])
  } catch (error) {
    if (!failedWith(error, 'EPERM')) throw error
    const what = error.message.split('\n')[0]
    throw new Error(`${what}\nA right that this call needs was given up before it.`)
  }
}

const line = (key: string) => new RegExp(`^${key}:[ \\t]*(.*)$`, 'm').exec(status)?.[1]?.trim()
const numbers = (text: string | undefined) => (text ? text.split(/\s+/).map(Number) : [])
const sets = capabilityMasks(status)

report({
  users: numbers(line('Uid')),
  inGroups: numbers(line('Gid')),
  furtherGroups: numbers(line('Groups')),
  bounding: namesOf(sets.bounding),
  permitted: namesOf(sets.permitted),
  effective: namesOf(sets.effective),
  noNewPrivileges: line('NoNewPrivs') === '1',
})
