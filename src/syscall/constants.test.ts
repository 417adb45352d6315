import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import * as constants from './constants.ts'

const headers = [
  'linux/sched.h',
  'linux/mount.h',
  'linux/fcntl.h',
  'linux/openat2.h',
  'linux/prctl.h',
  'linux/wait.h',
  'linux/netlink.h',
  'linux/magic.h',
  'linux/stat.h',
  'asm-generic/fcntl.h',
  'asm-generic/ioctls.h',
  'asm-generic/mman-common.h',
].map((name) => `/usr/include/${name}`)

/** What `#define NAME 0x20`, `#define NAME 00000100` and `#define NAME (1<<5)` say; other definitions are left out. */
function definitions(): Map<string, number> {
  const found = new Map<string, number>()
  for (const header of headers) {
    for (const [, name, text] of readFileSync(header, 'utf8').matchAll(/^#\s*define\s+(\w+)\s+([^/\n]+)/gm)) {
      const value = numberIn(text!.trim())
      if (value !== undefined && !found.has(name!)) found.set(name!, value)
    }
  }
  return found
}

function numberIn(text: string): number | undefined {
  const shift = /^\(?(\d+)\s*<<\s*(\d+)\)?$/.exec(text)
  if (shift) return Number(shift[1]) << Number(shift[2])
  if (/^0x[0-9a-f]+$/i.test(text)) return Number(text)
  if (/^0[0-7]+$/.test(text)) return Number.parseInt(text, 8)
  return /^\d+$/.test(text) ? Number(text) : undefined
}

describe('constants', () => {
  it('have the values of the kernel headers', (ctx) => {
    const missing = headers.filter((path) => !existsSync(path))
    if (missing.length > 0) return ctx.skip(`no kernel headers here: ${missing.join(', ')}`)
    const known = definitions()
    // the two that differ between the processors, and those that the generic header leaves to each
    const own = ['O_DIRECTORY', 'O_NOFOLLOW']
    const checked = Object.entries(constants).filter(([name]) => known.has(name) && !own.includes(name))
    expect(checked.length).toBeGreaterThan(90)
    expect(Object.fromEntries(checked)).toEqual(
      Object.fromEntries(checked.map(([name]) => [name, known.get(name)])),
    )
  })
})
