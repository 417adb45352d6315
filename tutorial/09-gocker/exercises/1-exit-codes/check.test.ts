import { expect, it } from 'vitest'
import { exitCodeOf } from './exercise.ts'

it('who ends by itself has chosen its number', () => {
  for (const status of [0, 1, 3, 125, 137, 255])
    expect(exitCodeOf({ waited: status << 8 }), `exit ${status}`).toBe(status)
})

it('who is ended by a signal gets 128 and the signal', () => {
  for (const [signal, name] of [
    [1, 'SIGHUP'],
    [9, 'SIGKILL'],
    [15, 'SIGTERM'],
    [64, 'the last signal'],
  ] as const)
    expect(exitCodeOf({ waited: signal }), `${name}, signal ${signal}`).toBe(128 + signal)
})

it('that memory was dumped does not change the number', () => {
  expect(exitCodeOf({ waited: 0x80 | 11 }), 'SIGSEGV, with a core dump').toBe(139)
  expect(exitCodeOf({ waited: 0x80 | 6 }), 'SIGABRT, with a core dump').toBe(134)
})

it('who is stopped, or goes on, has not ended', () => {
  expect(exitCodeOf({ waited: (19 << 8) | 0x7f }) ?? 'no end', 'stopped by SIGSTOP').toBe('no end')
  expect(exitCodeOf({ waited: (20 << 8) | 0x7f }) ?? 'no end', 'stopped by Ctrl-Z').toBe('no end')
  expect(exitCodeOf({ waited: 0xffff }) ?? 'no end', 'goes on after SIGCONT').toBe('no end')
})

it('a program that is not there is 127', () => {
  for (const errno of ['ENOENT', 'ENOTDIR'])
    expect(exitCodeOf({ failed: 'execve', errno }), `execve failed with ${errno}`).toBe(127)
})

it('a program that is there and cannot be run is 126', () => {
  for (const errno of ['EACCES', 'ENOEXEC', 'E2BIG', 'ELOOP', 'ETXTBSY'])
    expect(exitCodeOf({ failed: 'execve', errno }), `execve failed with ${errno}`).toBe(126)
})

it('every other call that fails is the engine’s failure, also if something was not there', () => {
  for (const [failed, errno] of [
    ['mount', 'ENOENT'],
    ['pivot_root', 'EINVAL'],
    ['clone', 'EAGAIN'],
    ['openat', 'EACCES'],
  ] as const)
    expect(exitCodeOf({ failed, errno }), `${failed} failed with ${errno}`).toBe(125)
})
