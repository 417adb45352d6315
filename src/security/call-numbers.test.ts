import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type Abi, callName, callNumbers, isKnownCall, x32Bit } from './call-numbers.ts'

/** The kernel's own headers, where they are installed: linux-libc-dev, and that of other processors. */
const headers: readonly (readonly [Abi, string])[] = [
  ['x86-64', '/usr/include/x86_64-linux-gnu/asm/unistd_64.h'],
  ['i386', '/usr/include/x86_64-linux-gnu/asm/unistd_32.h'],
  ['x32', '/usr/include/x86_64-linux-gnu/asm/unistd_x32.h'],
  ['arm64', '/usr/include/asm-generic/unistd.h'],
  ['arm', '/usr/arm-linux-gnueabihf/include/asm/unistd-eabi.h'],
]

/** `#define __NR_read 0`, or `(__X32_SYSCALL_BIT + 0)`, or `__NR3264_lseek` for what has another name on 32 bits. */
function defined(header: string): (readonly [name: string, number: number])[] {
  const lines = readFileSync(header, 'utf8').matchAll(
    /^#define __NR(?:3264)?_(\w+)\s+\(?(?:__X32_SYSCALL_BIT \+ |__NR_SYSCALL_BASE \+ )?(\d+)\)?/gm,
  )
  return [...lines].map(([, name = '', number]) => [name, Number(number)])
}

describe('the numbers of calls', () => {
  describe.each(headers.filter(([, path]) => existsSync(path)))('of %s', (abi, path) => {
    it(`are those of ${path}`, () => {
      const ofOthers = [
        'syscalls',
        'arch_specific_syscall',
        'fcntl',
        'statfs',
        'fstatfs',
        'truncate',
        'ftruncate',
        'lseek',
        'sendfile',
        'fadvise64',
        'mmap',
        'sync_file_range2',
        'fstat',
        'fstatat',
      ]
      const found = defined(path).filter(([name]) => abi !== 'arm64' || !ofOthers.includes(name))
      const numbers = callNumbers(abi)
      const wrong = found.filter(
        ([name, number]) => numbers.has(name) && (numbers.get(name)! & ~x32Bit) !== number,
      )
      expect(wrong).toEqual([])
      expect(found.filter(([name]) => numbers.has(name)).length).toBeGreaterThan(
        path.endsWith('eabi.h') ? -1 : 250,
      )
    })
  })

  it('are different for each call', () => {
    for (const abi of ['x86-64', 'i386', 'x32', 'arm64', 'arm'] as const) {
      const numbers = [...callNumbers(abi).values()]
      expect(numbers.length).toBeGreaterThan(300)
      expect(numbers.filter((one, i) => numbers.indexOf(one) !== i)).toEqual([])
    }
  })

  it('of x32 have a bit of their own, and some are others', () => {
    expect(callNumbers('x32').get('read')).toBe(x32Bit)
    expect(callNumbers('x32').get('readv')).toBe(x32Bit + 515)
    expect(callNumbers('x32').has('uselib')).toBe(false)
  })

  it('lead back to the name', () => {
    expect(callName('x86-64', 165)).toBe('mount')
    expect(callName('i386', 165)).toBe('getresuid')
    expect(callName('arm64', 40)).toBe('mount')
    expect(callName('x86-64', 399)).toBeUndefined()
  })

  it('are known by name, on other processors too', () => {
    for (const name of ['read', 'waitpid', 'swapcontext']) expect(isKnownCall(name)).toBe(true)
    expect(isKnownCall('raed')).toBe(false)
  })
})
