// The same rules, compiled by libseccomp: test/seccomp/libseccomp.c, told the rules as runc tells them.
// runc, libcontainer/seccomp/seccomp_linux.go, matchCall

import { execFileSync, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { type Instruction, programOf } from '../../src/security/bpf.ts'
import type { LinuxSeccomp, Operator, Rule } from '../../src/security/seccomp-profile.ts'
import { verdictOf } from '../../src/security/seccomp-verdict.ts'

/** seccomp.h: SCMP_ARCH_X32 is a number of libseccomp's own, the others are the kernel's. */
const tokens: Readonly<Record<string, number>> = {
  SCMP_ARCH_X86_64: 0xc000003e,
  SCMP_ARCH_X86: 0x40000003,
  SCMP_ARCH_X32: 0x4000003e,
  SCMP_ARCH_AARCH64: 0xc00000b7,
  SCMP_ARCH_ARM: 0x40000028,
}

const native = process.arch === 'x64' ? 'SCMP_ARCH_X86_64' : 'SCMP_ARCH_AARCH64'

/** enum scmp_compare */
const comparisons: readonly Operator[] = [
  'SCMP_CMP_NE',
  'SCMP_CMP_LT',
  'SCMP_CMP_LE',
  'SCMP_CMP_EQ',
  'SCMP_CMP_GE',
  'SCMP_CMP_GT',
  'SCMP_CMP_MASKED_EQ',
]

/** Make the program, in this folder. Returns its path. @throws Error without gcc and libseccomp-dev */
export function buildReference(folder: string): string {
  const source = fileURLToPath(new URL('libseccomp.c', import.meta.url))
  execFileSync('gcc', ['-O1', '-Wall', '-o', `${folder}/reference`, source, '-lseccomp'], { stdio: 'pipe' })
  return `${folder}/reference`
}

export interface Reference {
  readonly program: readonly Instruction[]
  /** Calls that this version of libseccomp does not know yet. */
  readonly unknown: readonly string[]
}

/** libseccomp's filter for these rules; its tree of numbers, too, if it shall `optimize`. */
export function compileReference(reference: string, rules: LinuxSeccomp, optimize = false): Reference {
  const otherwise = verdictOf(rules.defaultAction, rules.defaultErrnoRet)
  const input = [
    `default ${otherwise.toString(16)}`,
    ...(optimize ? ['optimize 2'] : []),
    ...(rules.architectures ?? []).map((name) => `arch ${tokens[name]!.toString(16)}`),
    ...(rules.architectures?.includes(native) === false ? ['foreign'] : []),
    ...(rules.syscalls ?? []).flatMap((rule) => linesOf(rule, otherwise)),
  ]
  const { status, stdout, stderr } = spawnSync(reference, { input: `${input.join('\n')}\n` })
  if (status !== 0) throw new Error(`libseccomp refuses these rules: ${stderr}`)
  const unknown = String(stderr)
    .split('\n')
    .filter((line) => line.startsWith('unknown '))
    .map((line) => line.slice('unknown '.length))
  return { program: programOf(stdout), unknown }
}

function linesOf({ names, action, errnoRet, args = [] }: Rule, otherwise: number): string[] {
  const verdict = verdictOf(action, errnoRet)
  if (verdict === otherwise) return []
  const conditions = args.map(
    ({ index, op, value, valueTwo = 0 }) =>
      `${index} ${comparisons.indexOf(op) + 1} ${value.toString(16)} ${valueTwo.toString(16)}`,
  )
  const isShared = new Set(args.map(({ index }) => index)).size < args.length
  const rules = isShared ? conditions : [conditions.join(' ')]
  return names.flatMap((name) => rules.map((rule) => `rule ${verdict.toString(16)} ${name} ${rule}`))
}
