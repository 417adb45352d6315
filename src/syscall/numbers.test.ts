import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type Arch, names, numberOf } from './numbers.ts'

// where Debian's linux-libc-dev and other systems put the kernel's own tables
const headers: Readonly<Record<Arch, readonly string[]>> = {
  x64: ['/usr/include/x86_64-linux-gnu/asm/unistd_64.h', '/usr/include/asm/unistd_64.h'],
  arm64: ['/usr/include/asm-generic/unistd.h'],
}

/** `#define __NR_mount 165`; the generic table also has `__NR3264_fcntl`, where `__NR_fcntl` is made of it. */
function numbersIn(header: string): Map<string, number> {
  const lines = readFileSync(header, 'utf8').matchAll(/^#define __NR(?:3264)?_(\w+)\s+(\d+)/gm)
  return new Map([...lines].map(([, name, number]) => [name!, Number(number)]))
}

describe.each(['x64', 'arm64'] as const)('the numbers of system calls for %s', (processor) => {
  it('are those of the kernel headers', (ctx) => {
    const header = headers[processor].find((path) => existsSync(path))
    if (!header) return ctx.skip(`no kernel headers here: ${headers[processor].join(', ')}`)
    const known = numbersIn(header)
    // the generic table calls this one fstatat, and only other processors know it as newfstatat
    known.set('newfstatat', known.get('newfstatat') ?? known.get('fstatat')!)
    expect(Object.fromEntries(names.map((name) => [name, numberOf(name, processor)]))).toEqual(
      Object.fromEntries(names.map((name) => [name, known.get(name)])),
    )
  })

  it('are not used twice', () => {
    const numbers = names.map((name) => numberOf(name, processor))
    expect(new Set(numbers).size).toBe(numbers.length)
  })
})
