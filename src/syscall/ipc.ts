// System V IPC: message queues that outlive the process which makes them. sysvipc(7)

import * as C from './constants.ts'
import { octal, type Syscall, syscall } from './syscall.ts'

/** Make the message queue `key`, or find it if it is there. It stays until someone removes it. msgget(2) */
export function msgget(key: number): Syscall {
  return syscall('msgget', key, octal(C.IPC_CREAT | 0o600))
}
