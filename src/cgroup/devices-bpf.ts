// Devices on cgroup v2: there is no file to write a list into. Instead a small program is loaded into the kernel and
// attached to the group, and the kernel runs it each time that a process of the group opens or makes a device.
// The program is put together here, instruction by instruction, out of the list of exceptions.
//
// It stays until its group is removed. bpf(2), BPF_PROG_TYPE_CGROUP_DEVICE, Linux 4.15

import { call } from '../syscall/call.ts'
import * as C from '../syscall/constants.ts'
import { close, openat } from '../syscall/file.ts'
import { allocate, free } from '../syscall/memory.ts'
import { type Arg, named, type Step, type Syscall, stepsOf, syscall } from '../syscall/syscall.ts'
import type { DeviceException, DevicePolicy } from './device-policy.ts'
import { CgroupError } from './error.ts'

const step = stepsOf(4)

/** One instruction, eight bytes: struct bpf_insn. `says` is for people. */
export interface Instruction {
  readonly code: number
  readonly dst: number
  readonly src: number
  readonly off: number
  readonly imm: number
  readonly says: string
}

const op = (code: number, dst: number, src: number, off: number, imm: number, says: string): Instruction => ({
  code,
  dst,
  src,
  off,
  imm,
  says,
})

/** What r1 points to when the program starts: struct bpf_cgroup_dev_ctx { access_type; major; minor }. */
const unpack: readonly Instruction[] = [
  op(0x61, 2, 1, 0, 0, 'r2 = *(u32 *)(r1 + 0)'),
  op(0xbf, 3, 2, 0, 0, 'r3 = r2'),
  op(0x57, 2, 0, 0, 0xffff, 'r2 &= 0xffff        the type: 1 block, 2 character'),
  op(0x77, 3, 0, 0, 16, 'r3 >>= 16           the access: 1 mknod, 2 read, 4 write'),
  op(0x61, 4, 1, 4, 0, 'r4 = *(u32 *)(r1 + 4)   the major number'),
  op(0x61, 5, 1, 8, 0, 'r5 = *(u32 *)(r1 + 8)   the minor number'),
]

const typeNumber = { b: 1, c: 2 } as const
const accessBit: Readonly<Record<string, number>> = { m: 1, r: 2, w: 4 }
const allAccess = 7

/** The program for a policy: 1 in r0 lets the access pass, 0 is EPERM. */
export function deviceProgram({ allow, exceptions }: DevicePolicy): Instruction[] {
  return [...unpack, ...exceptions.flatMap((one) => block(one, !allow)), ...verdict(allow)]
}

/** A few tests that jump over the verdict, and the verdict. A jump counts the instructions that it skips. */
function block(exception: DeviceException, allow: boolean): Instruction[] {
  const { type, major, minor } = exception
  const tests: ((skip: number) => Instruction)[] = [
    (skip) => op(0x55, 2, 0, skip, typeNumber[type], `if r2 != ${typeNumber[type]} goto +${skip}`),
  ]
  const access = [...exception.access].reduce((sum, letter) => sum | accessBit[letter]!, 0)
  // allowed is an access that asks for nothing more than this; forbidden is one that asks for any of it
  if (allow && access !== allAccess) {
    const more = allAccess & ~access
    tests.push((skip) => op(0x45, 3, 0, skip, more, `if r3 & ${more} goto +${skip}`))
  }
  if (!allow && access !== allAccess) {
    tests.push(() => op(0x45, 3, 0, 1, access, `if r3 & ${access} goto +1`))
    tests.push((skip) => op(0x05, 0, 0, skip, 0, `goto +${skip}`))
  }
  if (major !== undefined)
    tests.push((skip) => op(0x55, 4, 0, skip, major, `if r4 != ${major} goto +${skip}`))
  if (minor !== undefined)
    tests.push((skip) => op(0x55, 5, 0, skip, minor, `if r5 != ${minor} goto +${skip}`))
  const end = verdict(allow)
  return [...tests.map((test, i) => test(tests.length - 1 - i + end.length)), ...end]
}

function verdict(allow: boolean): Instruction[] {
  const value = allow ? 1 : 0
  return [op(0xb7, 0, 0, 0, value, `r0 = ${value}`), op(0x95, 0, 0, 0, 0, 'exit')]
}

/** The program as the kernel reads it. */
export function machineCode(program: readonly Instruction[]): Buffer {
  const bytes = Buffer.alloc(program.length * 8)
  program.forEach(({ code, dst, src, off, imm }, i) => {
    bytes.writeUInt8(code, i * 8)
    bytes.writeUInt8((src << 4) | dst, i * 8 + 1)
    bytes.writeInt16LE(off, i * 8 + 2)
    bytes.writeInt32LE(imm, i * 8 + 4)
  })
  return bytes
}

const CGROUP_DEVICE = { program: 15, attach: 6 } as const
const ALLOW_MULTI = 2
const license = 'MIT'

/**
 * The calls that hold the group whose directory is `dir` to the policy. The structs that bpf(2) reads hold addresses
 * and descriptors, which are only known when the calls are made: here they are shown, and `attachProgram` makes them.
 */
export function programSteps(dir: string, policy: DevicePolicy): Step[] {
  const count = deviceProgram(policy).length
  const group = openat(C.AT_FDCWD, dir, C.O_RDONLY | C.O_DIRECTORY | C.O_CLOEXEC)
  const load = loadCall(count, new Uint8Array(48))
  return [
    ...step('load a program that decides which devices may be used', load),
    ...step('let the kernel ask it for this group', group, attachCall(new Uint8Array(16))),
    ...step('', close(group), close(load)),
  ]
}

function loadCall(count: number, attr: Arg & (number | Uint8Array)): Syscall {
  const shown = `{prog_type=BPF_PROG_TYPE_CGROUP_DEVICE, insn_cnt=${count}, insns=…, license="${license}"}`
  return syscall('bpf', named('BPF_PROG_LOAD', C.BPF_PROG_LOAD), named(shown, attr), 48)
}

function attachCall(attr: Uint8Array, group = '<group>', program = '<program>'): Syscall {
  const shown = `{target_fd=${group}, attach_bpf_fd=${program}, attach_type=BPF_CGROUP_DEVICE, attach_flags=BPF_F_ALLOW_MULTI}`
  return syscall('bpf', named('BPF_PROG_ATTACH', C.BPF_PROG_ATTACH), named(shown, attr), 16)
}

/**
 * Load the program for `policy` and attach it to the group; then ask the kernel whether it is there.
 * @throws SyscallError EPERM without CAP_BPF or CAP_SYS_ADMIN, EINVAL if this kernel knows no such programs
 */
export function attachProgram(dir: string, policy: DevicePolicy): void {
  const code = machineCode(deviceProgram(policy))
  using cleanup = new DisposableStack()
  const holding = (x: Syscall): number => {
    const fd = call(x)
    cleanup.defer(() => call(close(fd)))
    return fd
  }
  const program = holding(loadCall(code.length / 8, loadAttr(code, cleanup)))
  const group = holding(openat(C.AT_FDCWD, dir, C.O_RDONLY | C.O_DIRECTORY | C.O_CLOEXEC))
  const attr = words(group, program, CGROUP_DEVICE.attach, ALLOW_MULTI)
  call(attachCall(attr, String(group), String(program)))
  if (attachedTo(group) === 0) {
    throw new CgroupError(`The kernel took the program for the devices of ${dir}, and has not attached it.`)
  }
}

/** The first 48 bytes of union bpf_attr for BPF_PROG_LOAD, the program and the license, in memory that stays put. */
function loadAttr(code: Buffer, owner: DisposableStack): number {
  const memory = allocate(48 + code.length + 8)
  owner.defer(() => free(memory))
  memory.bytes.writeUInt32LE(CGROUP_DEVICE.program, 0)
  memory.bytes.writeUInt32LE(code.length / 8, 4)
  memory.bytes.writeBigUInt64LE(BigInt(memory.address + 48), 8)
  memory.bytes.writeBigUInt64LE(BigInt(memory.address + 48 + code.length), 16)
  code.copy(memory.bytes, 48)
  memory.bytes.write(license, 48 + code.length)
  return memory.address
}

/** How many device programs hold this group. */
function attachedTo(group: number): number {
  const attr = words(group, CGROUP_DEVICE.attach, 0, 0, 0, 0, 0, 0)
  const shown = `{target_fd=${group}, attach_type=BPF_CGROUP_DEVICE}`
  call(syscall('bpf', named('BPF_PROG_QUERY', C.BPF_PROG_QUERY), named(shown, attr), 32))
  return new DataView(attr.buffer).getUint32(24, true)
}

function words(...values: readonly number[]): Uint8Array {
  return new Uint8Array(new Uint32Array(values).buffer)
}
