// On 32-bit x86 most calls about sockets and System V IPC came late: until then, and in many programs still, one call with a
// number in its first argument did for all of them. So a rule about `socket` is there about `socketcall` with 1, too.
// linux/net.h, linux/ipc.h

import type { Condition } from './seccomp-profile.ts'

const numbered = (start: number, names: string) =>
  names.split(' ').map((name, i) => [name, start + i] as const)

const ofSocketcall = new Map(
  numbered(
    1,
    'socket bind connect listen accept getsockname getpeername socketpair send recv sendto recvfrom shutdown setsockopt getsockopt sendmsg recvmsg accept4 recvmmsg sendmmsg',
  ),
)

const ofIpc = new Map([
  ...numbered(1, 'semop semget semctl semtimedop'),
  ...numbered(11, 'msgsnd msgrcv msgget msgctl'),
  ...numbered(21, 'shmat shmdt shmget shmctl'),
])

/** The call through which 32-bit programs may make this one, and how it is told there; undefined if there is none. */
export function multiplexed(name: string): { call: 'socketcall' | 'ipc'; condition: Condition } | undefined {
  const socket = ofSocketcall.get(name)
  const value = socket ?? ofIpc.get(name)
  if (value === undefined) return undefined
  return {
    call: socket === undefined ? 'ipc' : 'socketcall',
    condition: { index: 0, value, op: 'SCMP_CMP_EQ' },
  }
}
