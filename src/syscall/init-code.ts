// The first process of a container with `--init`, in machine code: it starts the program, hands signals on to it, takes
// leave of every process that ends, and ends as the program did. A process 1 has to do so, and few programs know it:
// orphans become its children and stay as zombies until it waits for them, and it does not feel a signal that it has no
// handler for (pid_namespaces(7)). Of its own it needs one page of memory; tini and docker-init need a C library.
//
// Its memory, whose address it gets in the register of the first argument:
//
//     0  a mask of signals: all
//     8  the status of who has ended
//    16  its name, as ps(1) shows it: at most 15 bytes and a NUL
//    32  the table of the calls with which the child becomes the program, for the loop in child-code.ts
//
// The loop must follow these instructions: the child runs on into it. Signals are blocked all the time, and taken one by
// one; the first call of the table has to unblock them.

import type { Instruction } from './child-code.ts'
import type { Arch } from './numbers.ts'

/** The parts of its memory, in bytes. */
export const initMemory = { mask: 0, status: 8, name: 16, table: 32 } as const

const x64: readonly Instruction[] = [
  { bytes: '48 89 fb', assembly: 'mov %rdi,%rbx' }, // rbx: our memory; it comes as the argument
  { bytes: 'bf 0f 00 00 00', assembly: 'mov $0xf,%edi' }, // prctl(PR_SET_NAME, …): the name in ps
  { bytes: '48 8d 73 10', assembly: 'lea 0x10(%rbx),%rsi' },
  { bytes: 'b8 9d 00 00 00', assembly: 'mov $0x9d,%eax' },
  { bytes: '0f 05', assembly: 'syscall' },
  { bytes: '31 ff', assembly: 'xor %edi,%edi' }, // rt_sigprocmask(SIG_BLOCK, all of them, NULL, 8)
  { bytes: '48 89 de', assembly: 'mov %rbx,%rsi' },
  { bytes: '31 d2', assembly: 'xor %edx,%edx' },
  { bytes: '41 ba 08 00 00 00', assembly: 'mov $0x8,%r10d' },
  { bytes: 'b8 0e 00 00 00', assembly: 'mov $0xe,%eax' },
  { bytes: '0f 05', assembly: 'syscall' },
  { bytes: 'bf 11 00 00 00', assembly: 'mov $0x11,%edi' }, // clone(SIGCHLD, 0, 0, 0, 0), which is fork()
  { bytes: '31 f6', assembly: 'xor %esi,%esi' },
  { bytes: '31 d2', assembly: 'xor %edx,%edx' },
  { bytes: '45 31 d2', assembly: 'xor %r10d,%r10d' },
  { bytes: '45 31 c0', assembly: 'xor %r8d,%r8d' },
  { bytes: 'b8 38 00 00 00', assembly: 'mov $0x38,%eax' },
  { bytes: '0f 05', assembly: 'syscall' },
  { bytes: '85 c0', assembly: 'test %eax,%eax' }, // in the child?
  { bytes: '74 6e', assembly: 'je 0xaf' }, // then become the program
  { bytes: '89 c5', assembly: 'mov %eax,%ebp' }, // ebp: the child
  { bytes: 'bf 7d 00 00 00', assembly: 'mov $0x7d,%edi' }, // no child at all: …
  { bytes: '78 5e', assembly: 'js 0xa8' }, // … exit_group(125)
  { bytes: '48 89 df', assembly: 'mov %rbx,%rdi' }, // wait: rt_sigtimedwait(any of them, NULL, NULL, 8)
  { bytes: '31 f6', assembly: 'xor %esi,%esi' },
  { bytes: '31 d2', assembly: 'xor %edx,%edx' },
  { bytes: '41 ba 08 00 00 00', assembly: 'mov $0x8,%r10d' },
  { bytes: 'b8 80 00 00 00', assembly: 'mov $0x80,%eax' },
  { bytes: '0f 05', assembly: 'syscall' },
  { bytes: '83 f8 11', assembly: 'cmp $0x11,%eax' }, // SIGCHLD?
  { bytes: '74 11', assembly: 'je 0x74' }, // then see who has ended
  { bytes: '85 c0', assembly: 'test %eax,%eax' }, // interrupted, …
  { bytes: '7e e3', assembly: 'jle 0x4a' }, // … so wait again
  { bytes: '89 ef', assembly: 'mov %ebp,%edi' }, // any other is for the child: kill(child, signal)
  { bytes: '89 c6', assembly: 'mov %eax,%esi' },
  { bytes: 'b8 3e 00 00 00', assembly: 'mov $0x3e,%eax' },
  { bytes: '0f 05', assembly: 'syscall' },
  { bytes: 'eb d6', assembly: 'jmp 0x4a' }, // … and wait again
  { bytes: '48 c7 c7 ff ff ff ff', assembly: 'mov $0xffffffffffffffff,%rdi' }, // reap: wait4(-1, &status, WNOHANG | __WALL, NULL)
  { bytes: '48 8d 73 08', assembly: 'lea 0x8(%rbx),%rsi' },
  { bytes: 'ba 01 00 00 40', assembly: 'mov $0x40000001,%edx' },
  { bytes: '45 31 d2', assembly: 'xor %r10d,%r10d' },
  { bytes: 'b8 3d 00 00 00', assembly: 'mov $0x3d,%eax' },
  { bytes: '0f 05', assembly: 'syscall' },
  { bytes: '85 c0', assembly: 'test %eax,%eax' }, // nobody more: …
  { bytes: '7e b8', assembly: 'jle 0x4a' }, // … wait again
  { bytes: '39 e8', assembly: 'cmp %ebp,%eax' }, // the child itself?
  { bytes: '75 de', assembly: 'jne 0x74' }, // no, an orphan: is there another?
  { bytes: '0f b6 7b 09', assembly: 'movzbl 0x9(%rbx),%edi' }, // its status …
  { bytes: '8b 43 08', assembly: 'mov 0x8(%rbx),%eax' },
  { bytes: '83 e0 7f', assembly: 'and $0x7f,%eax' }, // … or the signal that ended it
  { bytes: '74 06', assembly: 'je 0xa8' },
  { bytes: '8d b8 80 00 00 00', assembly: 'lea 0x80(%rax),%edi' }, // 128 and the signal
  { bytes: 'b8 e7 00 00 00', assembly: 'mov $0xe7,%eax' }, // exit: exit_group
  { bytes: '0f 05', assembly: 'syscall' },
  { bytes: '48 8d 7b 20', assembly: 'lea 0x20(%rbx),%rdi' }, // child: on with the table
]

const arm64: readonly Instruction[] = [
  { bytes: 'f3 03 00 aa', assembly: 'mov x19, x0' }, // x19: our memory; it comes as the argument
  { bytes: 'e0 01 80 d2', assembly: 'mov x0, #0xf' }, // prctl(PR_SET_NAME, …): the name in ps
  { bytes: '61 42 00 91', assembly: 'add x1, x19, #0x10' },
  { bytes: 'e8 14 80 d2', assembly: 'mov x8, #0xa7' },
  { bytes: '01 00 00 d4', assembly: 'svc #0x0' },
  { bytes: '00 00 80 d2', assembly: 'mov x0, #0x0' }, // rt_sigprocmask(SIG_BLOCK, all of them, NULL, 8)
  { bytes: 'e1 03 13 aa', assembly: 'mov x1, x19' },
  { bytes: '02 00 80 d2', assembly: 'mov x2, #0x0' },
  { bytes: '03 01 80 d2', assembly: 'mov x3, #0x8' },
  { bytes: 'e8 10 80 d2', assembly: 'mov x8, #0x87' },
  { bytes: '01 00 00 d4', assembly: 'svc #0x0' },
  { bytes: '20 02 80 d2', assembly: 'mov x0, #0x11' }, // clone(SIGCHLD, 0, 0, 0, 0), which is fork()
  { bytes: '01 00 80 d2', assembly: 'mov x1, #0x0' },
  { bytes: '02 00 80 d2', assembly: 'mov x2, #0x0' },
  { bytes: '03 00 80 d2', assembly: 'mov x3, #0x0' },
  { bytes: '04 00 80 d2', assembly: 'mov x4, #0x0' },
  { bytes: '88 1b 80 d2', assembly: 'mov x8, #0xdc' },
  { bytes: '01 00 00 d4', assembly: 'svc #0x0' },
  { bytes: 'a0 04 00 b4', assembly: 'cbz x0, 0xdc' }, // in the child: become the program
  { bytes: 'f4 03 00 aa', assembly: 'mov x20, x0' }, // x20: the child
  { bytes: 'a0 0f 80 d2', assembly: 'mov x0, #0x7d' }, // no child at all: …
  { bytes: '14 04 f8 b7', assembly: 'tbnz x20, #63, 0xd4' }, // … exit_group(125)
  { bytes: 'e0 03 13 aa', assembly: 'mov x0, x19' }, // wait: rt_sigtimedwait(any of them, NULL, NULL, 8)
  { bytes: '01 00 80 d2', assembly: 'mov x1, #0x0' },
  { bytes: '02 00 80 d2', assembly: 'mov x2, #0x0' },
  { bytes: '03 01 80 d2', assembly: 'mov x3, #0x8' },
  { bytes: '28 11 80 d2', assembly: 'mov x8, #0x89' },
  { bytes: '01 00 00 d4', assembly: 'svc #0x0' },
  { bytes: '1f 44 00 f1', assembly: 'cmp x0, #0x11' }, // SIGCHLD?
  { bytes: '00 01 00 54', assembly: 'b.eq 0x94' }, // then see who has ended
  { bytes: '1f 00 00 f1', assembly: 'cmp x0, #0x0' }, // interrupted, …
  { bytes: 'ed fe ff 54', assembly: 'b.le 0x58' }, // … so wait again
  { bytes: 'e1 03 00 aa', assembly: 'mov x1, x0' }, // any other is for the child: kill(child, signal)
  { bytes: 'e0 03 14 aa', assembly: 'mov x0, x20' },
  { bytes: '28 10 80 d2', assembly: 'mov x8, #0x81' },
  { bytes: '01 00 00 d4', assembly: 'svc #0x0' },
  { bytes: 'f2 ff ff 17', assembly: 'b 0x58' }, // … and wait again
  { bytes: '00 00 80 92', assembly: 'mov x0, #0xffffffffffffffff' }, // reap: wait4(-1, &status, WNOHANG | __WALL, NULL)
  { bytes: '61 22 00 91', assembly: 'add x1, x19, #0x8' },
  { bytes: '22 00 80 d2', assembly: 'mov x2, #0x1' },
  { bytes: '02 00 a8 f2', assembly: 'movk x2, #0x4000, lsl #16' },
  { bytes: '03 00 80 d2', assembly: 'mov x3, #0x0' },
  { bytes: '88 20 80 d2', assembly: 'mov x8, #0x104' },
  { bytes: '01 00 00 d4', assembly: 'svc #0x0' },
  { bytes: '1f 00 00 f1', assembly: 'cmp x0, #0x0' }, // nobody more: …
  { bytes: '2d fd ff 54', assembly: 'b.le 0x58' }, // … wait again
  { bytes: '1f 00 14 eb', assembly: 'cmp x0, x20' }, // the child itself?
  { bytes: 'c1 fe ff 54', assembly: 'b.ne 0x94' }, // no, an orphan: is there another?
  { bytes: '60 26 40 39', assembly: 'ldrb w0, [x19, #9]' }, // its status …
  { bytes: '61 0a 40 b9', assembly: 'ldr w1, [x19, #8]' }, // … or the signal that ended it
  { bytes: '21 18 00 72', assembly: 'ands w1, w1, #0x7f' },
  { bytes: '40 00 00 54', assembly: 'b.eq 0xd4' },
  { bytes: '20 00 02 11', assembly: 'add w0, w1, #0x80' }, // 128 and the signal
  { bytes: 'c8 0b 80 d2', assembly: 'mov x8, #0x5e' }, // exit: exit_group
  { bytes: '01 00 00 d4', assembly: 'svc #0x0' },
  { bytes: '60 82 00 91', assembly: 'add x0, x19, #0x20' }, // child: on with the table
]

/** Instruction by instruction, as objdump(1) would list it. */
export const initListing: Readonly<Record<Arch, readonly Instruction[]>> = { x64, arm64 }
