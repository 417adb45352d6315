// Runs in a process of its own, as anybody: gives the filter to the kernel in new processes, and reports what it does there.

import { clone } from '../../../../src/syscall/clone.ts'
import * as C from '../../../../src/syscall/constants.ts'
import { failedWith } from '../../../../src/syscall/error.ts'
import { allocate } from '../../../../src/syscall/memory.ts'
import { arch, type Name, numberOf } from '../../../../src/syscall/numbers.ts'
import { execve, prctl, unshare } from '../../../../src/syscall/process.ts'
import { type Syscall, syscall } from '../../../../src/syscall/syscall.ts'
import { type End, waitNow } from '../../../../src/syscall/wait.ts'
import { report } from '../../../kit.ts'
import { bytesOf, run } from './bpf.ts'
import { filterFor } from './exercise.ts'
import { machines } from './machines.ts'

const machine = machines[arch]
const filter = filterFor(machine)

// what a new process needs to become a program, and to end if it cannot: without these it would run on into nothing
const needed: Name[] = ['execve', 'exit_group', 'read', 'fcntl', 'close', 'close_range']
for (const name of needed) {
  const said = run(filter, { number: numberOf(name), arch: machine.arch })
  if (said !== 'allowed') throw new Error(`${name} is ${said}: no program could be started with this filter`)
}

/** The new process shares our memory until execve, so the filter may lie there. struct sock_fprog: length, address. */
function filterInMemory(): number {
  const bytes = bytesOf(filter)
  const code = allocate(bytes.length)
  code.bytes.set(bytes)
  const program = allocate(16)
  program.bytes.writeUInt16LE(filter.length, 0)
  program.bytes.writeBigUInt64LE(BigInt(code.address), 8)
  return program.address
}
const address = filterInMemory()

/** linux/seccomp.h: SECCOMP_SET_MODE_FILTER is 1 */
const setFilter = () => [prctl(C.PR_SET_NO_NEW_PRIVS, 1), syscall('seccomp', 1, 0, address)]
const program = (script: string) => execve('/bin/sh', ['sh', '-c', script], ['PATH=/usr/bin:/bin'])

/** How does a process end that makes these calls and then becomes a shell? */
function outcome(calls: readonly Syscall[], script = 'exit 7'): string {
  try {
    return shown(waitNow(clone(0, [...calls, program(script)])))
  } catch (error) {
    if (failedWith(error, 'EPERM') || failedWith(error, 'EINVAL')) return `${error.call.name}: ${error.code}`
    throw error
  }
}

const shown = (end: End) => ('exited' in end ? `exit status ${end.exited}` : `signal ${end.signal}`)

report({
  withoutFilter: outcome([unshare(C.CLONE_NEWUSER)]),
  ordinary: outcome(setFilter(), 'x=$(echo 7); exit $x'),
  newUser: outcome([...setFilter(), unshare(C.CLONE_NEWUSER)]),
  ownFiles: outcome([...setFilter(), unshare(C.CLONE_FS)]),
})
