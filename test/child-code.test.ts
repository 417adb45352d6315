// The child's machine code, byte by byte, against a disassembler that others wrote.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { bytesOf, listing } from '../src/syscall/child-code.ts'
import { initListing } from '../src/syscall/init-code.ts'

const cases = [
  { processor: 'x64', tools: ['objdump', 'x86_64-linux-gnu-objdump'], machine: 'i386:x86-64' },
  { processor: 'arm64', tools: ['aarch64-linux-gnu-objdump', 'objdump'], machine: 'aarch64' },
] as const

interface Line {
  readonly bytes: string
  readonly assembly: string
}

/** What objdump reads in `code`; undefined if it does not know the processor. */
function disassemble(tool: string, machine: string, code: Buffer): Line[] | undefined {
  const dir = mkdtempSync(join(tmpdir(), 'gocker-test-'))
  try {
    const file = join(dir, 'code')
    writeFileSync(file, code)
    const { status, stdout } = spawnSync(tool, ['-D', '-b', 'binary', '-m', machine, file], {
      encoding: 'utf8',
    })
    return status === 0 ? linesOf(stdout) : undefined
  } finally {
    rmSync(dir, { recursive: true })
  }
}

/** `   3:	48 8b 03             	mov    (%rbx),%rax`; for arm64 the four bytes are shown as one number. */
function linesOf(output: string): Line[] {
  return [...output.matchAll(/^\s*[0-9a-f]+:\t([0-9a-f ]+?)\s*\t(.+)$/gm)].map(([, bytes, assembly]) => ({
    bytes: /^[0-9a-f]{8}$/.test(bytes!) ? bytes!.match(/../g)!.reverse().join(' ') : bytes!,
    assembly: plain(assembly!),
  }))
}

/** Spaces and comments do not count, nor the name of a place; an address is its number. */
function plain(assembly: string): string {
  return assembly
    .replace(/\s*(\/\/|;|#0x[0-9a-f]+ <).*$/, (rest) => (rest.trim().startsWith('#') ? rest : ''))
    .replace(/<.*>/, '')
    .replace(/\s+/g, ' ')
    .replace(/, /g, ',')
    .trim()
}

describe.each(cases)('the machine code for $processor', ({ processor, tools, machine }) => {
  it.for([
    ['the child', listing[processor]],
    ['the init', initListing[processor]],
  ] as const)('of %s is what the listing beside it says', ([, instructions], ctx) => {
    const code = bytesOf(instructions)
    const found = tools.map((tool) => disassemble(tool, machine, code)).find((lines) => lines !== undefined)
    if (!found)
      return ctx.skip(
        `no objdump here that knows ${machine}: apt install binutils binutils-aarch64-linux-gnu`,
      )
    expect(found).toEqual(instructions.map(({ bytes, assembly }) => ({ bytes, assembly: plain(assembly) })))
  })
})
