import { describe, expect, it } from 'vitest'
import * as C from './constants.ts'
import { SyscallError } from './error.ts'
import { close, mkdirat, mknodat, openat, openat2, read } from './file.ts'
import { mount, open_tree } from './mount.ts'
import { execve, kill, seccomp } from './process.ts'
import { syscall } from './syscall.ts'
import { notation, resultNotation } from './trace.ts'

describe('a call in the notation of strace', () => {
  it.each([
    [
      mount('proc', '/proc', 'proc', C.MS_NOSUID | C.MS_NODEV),
      'mount("proc", "/proc", "proc", MS_NODEV|MS_NOSUID, NULL)',
    ],
    [mount('tmpfs', '/dev', 'tmpfs', 0, 'mode=755'), 'mount("tmpfs", "/dev", "tmpfs", 0, "mode=755")'],
    [mkdirat(C.AT_FDCWD, '/tmp/a "b"', 0o755), 'mkdirat(AT_FDCWD, "/tmp/a \\"b\\"", 0755)'],
    [
      mknodat(C.AT_FDCWD, '/dev/null', C.S_IFCHR | 0o666, 0x103),
      'mknodat(AT_FDCWD, "/dev/null", 020666, makedev(1, 3))',
    ],
    [
      execve('/bin/sh', ['sh', '-c', 'exit'], ['A=1']),
      'execve("/bin/sh", ["sh", "-c", "exit"], [/* 1 vars */])',
    ],
    [
      seccomp(new Uint8Array(16), 2),
      'seccomp(SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_LOG, {len=2, filter=…})',
    ],
    [syscall('uname', { words: [7, new Uint8Array(3)] }), 'uname({7, [3 bytes]})'],
    [kill(12, C.SIGTERM), 'kill(12, SIGTERM)'],
    [read(0, new Uint8Array(8)), 'read(0, [8 bytes], 8)'],
    [close(openat(C.AT_FDCWD, '/etc', 0)), 'close(<openat /etc>)'],
    [
      open_tree(C.AT_FDCWD, '/srv', C.OPEN_TREE_CLONE | C.AT_RECURSIVE),
      'open_tree(AT_FDCWD, "/srv", AT_RECURSIVE|OPEN_TREE_CLONE)',
    ],
    [
      openat2(3, 'etc', C.O_PATH, C.RESOLVE_IN_ROOT),
      'openat2(3, "etc", {flags=O_PATH, resolve=RESOLVE_IN_ROOT}, 24)',
    ],
  ])('%#', (call, text) => {
    // the order of flags is that of their definition, and says nothing
    const sorted = (line: string) =>
      line.replace(/[A-Z_|0-9]+\|[A-Z_|0-9]+/g, (names) => names.split('|').sort().join('|'))
    expect(sorted(notation(call))).toBe(sorted(text))
  })

  it('ends in the result, or in the error with its name', () => {
    expect(resultNotation(3)).toBe(' = 3')
    expect(resultNotation(-2)).toBe(' = -1 ENOENT (No such file or directory)')
  })
})

describe('the error of a call', () => {
  it('says what was tried and what came back', () => {
    const error = new SyscallError(mkdirat(C.AT_FDCWD, '/proc/x', 0o755), 2, 'the child')
    expect(error.message).toBe(
      'mkdirat(AT_FDCWD, "/proc/x", 0755) in the new process: ENOENT: No such file or directory',
    )
    expect(error.code).toBe('ENOENT')
  })

  it('says why, where the reason is known', () => {
    const error = new SyscallError(mount('none', '/mnt', 'nosuchfs'), 19)
    expect(error.message).toMatch(/does not know the file system nosuchfs/)
  })

  it.each([
    [22, 'EINVAL', 'no filters for system calls (CONFIG_SECCOMP_FILTER)', 'seccomp=unconfined'],
    [38, 'ENOSYS', 'no filters for system calls (CONFIG_SECCOMP)', 'seccomp=unconfined'],
    [13, 'EACCES', 'CAP_SYS_ADMIN', '--security-opt no-new-privileges'],
  ])('of a filter, %i, says what the kernel lacks, and how it goes without', (errno, ...parts) => {
    const { message } = new SyscallError(seccomp(new Uint8Array(16)), errno, 'the child')
    for (const part of ['seccomp(SECCOMP_SET_MODE_FILTER, 0, {len=2', ...parts])
      expect(message).toContain(part)
  })
})
