import { describe, expect, it } from 'vitest'
import * as C from '../../../../src/syscall/constants.ts'
import { numberOf } from '../../../../src/syscall/numbers.ts'
import { factsOf, needsLinux } from '../../../kit.ts'
import { run } from './bpf.ts'
import { filterFor } from './exercise.ts'
import { machines } from './machines.ts'

describe.each(['x64', 'arm64'] as const)('on %s', (processor) => {
  const machine = machines[processor]
  const said = (number: number, first = 0, arch = machine.arch) =>
    run(filterFor(machine), { number, arch, args: [BigInt(first)] })
  const threadFlags = C.CLONE_VM | C.CLONE_FS | C.CLONE_FILES | C.CLONE_SIGHAND

  it('unshare cannot make a user namespace', () => {
    expect(said(machine.unshare, C.CLONE_NEWUSER), 'unshare(CLONE_NEWUSER)').toBe('refused with EPERM')
    const several = C.CLONE_NEWUSER | C.CLONE_NEWNS | C.CLONE_NEWNET
    expect(said(machine.unshare, several), 'together with others').toBe('refused with EPERM')
  })

  it('nor can clone', () => {
    const flags = C.CLONE_NEWUSER | C.SIGCHLD
    expect(said(machine.clone, flags), 'clone(CLONE_NEWUSER|SIGCHLD)').toBe('refused with EPERM')
  })

  it('clone3 is said not to exist', () => {
    expect(said(machine.clone3, 4096), 'its first argument is an address').toBe('refused with ENOSYS')
  })

  it('processes, threads and other namespaces are allowed', () => {
    expect(said(machine.clone, C.SIGCHLD), 'a child').toBe('allowed')
    expect(said(machine.clone, threadFlags), 'a thread').toBe('allowed')
    expect(said(machine.unshare, C.CLONE_NEWNS), 'of others, capabilities decide').toBe('allowed')
  })

  it('every other call is allowed, whatever its arguments are', () => {
    for (const name of ['read', 'openat', 'execve', 'exit_group', 'mount'] as const)
      expect(said(numberOf(name, processor), C.CLONE_NEWUSER), `${name}(0x10000000)`).toBe('allowed')
  })

  it('only the lower half of the argument has flags', () => {
    const upper = run(filterFor(machine), {
      number: machine.unshare,
      arch: machine.arch,
      args: [BigInt(C.CLONE_NEWUSER) << 32n],
    })
    expect(upper, 'the bit is in the upper 32, where it means nothing').toBe('allowed')
  })

  it('a call of another processor ends the process', () => {
    const other = machines[processor === 'x64' ? 'arm64' : 'x64'].arch
    expect(said(machine.unshare, C.CLONE_NEWUSER, other), 'the numbers mean other calls there').toBe('killed')
    expect(said(3, 0, 0x40000003), 'a program with 32 bits has other numbers, too').toBe('killed')
  })

  it('Mallory cannot go round by the second numbers', () => {
    const second = 0x40000000 + machine.unshare
    expect(said(second, C.CLONE_NEWUSER), 'unshare under its x32 number').toBe('refused with ENOSYS')
    expect(said(0x40000000), 'the lowest of them').toBe('refused with ENOSYS')
  })
})

describe('in the real kernel', () => {
  interface Facts {
    readonly withoutFilter: string
    readonly ordinary: string
    readonly newUser: string
    readonly ownFiles: string
  }
  let facts: Promise<Facts> | undefined
  const found = () => (facts ??= factsOf<Facts>(import.meta.url))

  it('programs run as before', async (test) => {
    needsLinux(test)
    const { ordinary, ownFiles } = await found()
    expect(ordinary, 'a shell that starts a process and ends with status 7').toBe('exit status 7')
    expect(ownFiles, 'unshare(CLONE_FS), which is harmless').toBe('exit status 7')
  })

  it('a user namespace is refused', async (test) => {
    needsLinux(test)
    const { withoutFilter, newUser } = await found()
    if (withoutFilter !== 'exit status 7') test.skip('this host lets nobody make user namespaces')
    expect(newUser, 'unshare(CLONE_NEWUSER) with the filter').toBe('unshare: EPERM')
  })
})
