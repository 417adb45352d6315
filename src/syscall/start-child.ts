// The one call of clone(2): a process that shares our memory, and walks over a table of calls there with a few dozen bytes of
// machine code (child-code.ts). Its stack and its table are freed with the stack that is given, which must be after it has become
// a program or has ended; the code stays for the next one.

import { call } from './call.ts'
import { machineCode } from './child-code.ts'
import * as C from './constants.ts'
import { SyscallError } from './error.ts'
import { allocate, type Block, free, invoke, view } from './memory.ts'
import { arch } from './numbers.ts'
import { sigprocmask } from './process.ts'
import { flags as flagsArg, named, type Syscall, syscall } from './syscall.ts'
import { layOut } from './table.ts'
import { report } from './trace.ts'

const stackSize = 64 * 1024
const everySignal = 0xffffffffffffffffn

/** Copy the list into memory that V8 does not know, for the child to read. It is freed with `owner`. */
export function inMemory(list: readonly Syscall[], owner: DisposableStack): Block {
  const table = layOut(list, arch)
  const block = allocate(table.size)
  owner.defer(() => free(block))
  table.writeTo(block.bytes, block.address)
  return block
}

/** All signals wait until the child has set its own handlers: a handler of Node must not run in the child. */
export function start(flags: number, table: Block, owner: DisposableStack): number {
  const stack = allocate(stackSize)
  owner.defer(() => free(stack))
  const stackTop = stack.address + stackSize - (stackSize % 16) - ((stack.address + stackSize) % 16)
  const cloneFlags = flags | C.CLONE_VM
  const before = Buffer.alloc(8)
  const [how, all] = sigprocmask(C.SIG_SETMASK, everySignal).args
  call(syscall('rt_sigprocmask', how!, all!, before, 8))
  // the lowest byte of the flags is the signal that tells the parent of the end
  const { result: pid, errno } = invoke('clone', [
    childCode(),
    stackTop,
    cloneFlags | C.SIGCHLD,
    table.address,
  ])
  call(syscall('rt_sigprocmask', how!, before, 0, 8))
  const asCalled = syscall('clone', flagsArg('CLONE_', cloneFlags), named('SIGCHLD'))
  report({ pid: 0, call: asCalled, result: pid === -1 ? -errno : pid })
  if (pid === -1) throw new SyscallError(asCalled, errno)
  return pid
}

let code: number | undefined

/** The address of the child's code: written once, then made executable and no longer writable. */
function childCode(): number {
  if (code !== undefined) return code
  const bytes = machineCode(arch)
  const address = call(
    syscall(
      'mmap',
      0,
      bytes.length,
      flagsArg('PROT_', C.PROT_READ | C.PROT_WRITE),
      flagsArg('MAP_', C.MAP_PRIVATE | C.MAP_ANONYMOUS),
      -1,
      0,
    ),
  )
  bytes.copy(view(address, bytes.length).bytes)
  call(syscall('mprotect', address, bytes.length, flagsArg('PROT_', C.PROT_READ | C.PROT_EXEC)))
  code = address
  return address
}
