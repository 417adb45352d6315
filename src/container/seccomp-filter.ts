// The filter of a container about to start: kept from an earlier start with the same rules, if it can be, for to compile
// it takes longer than to read it. And a look ahead: does it allow what we ourselves have to do after it is set?

import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { auditArch, programOf } from '../security/bpf.ts'
import { simulate } from '../security/bpf-simulate.ts'
import { exactText } from '../security/exact-json.ts'
import { type Filter, filterFlags, filterOf } from '../security/seccomp.ts'
import type { LinuxSeccomp } from '../security/seccomp-profile.ts'
import { passes } from '../security/seccomp-verdict.ts'
import { arch, type Name, numberOf } from '../syscall/numbers.ts'
import { plainValue, type Step, type Syscall } from '../syscall/syscall.ts'
import { ENGINE_FAILED, UserError } from './user-error.ts'

/** The beginning of the names of files that are kept for this version of the program: entry.cjs. */
const keep = () => (globalThis as { gockerKeeps?: string }).gockerKeeps

/** The filter for these rules. @throws Error if the kernel would not take it */
export function keptFilter(rules: LinuxSeccomp): Filter {
  const prefix = keep()
  if (prefix === undefined) return filterOf(rules)
  const text = Buffer.from(exactText(rules))
  const path = `${prefix}seccomp-${arch}-${keyOf(text)}.bpf`
  const kept = read(path)
  // the rules themselves lie before the program: only with the very same ones is it the right one
  if (kept?.subarray(0, text.length).equals(text))
    return { program: kept.subarray(text.length), flags: filterFlags(rules) }
  const filter = filterOf(rules)
  write(path, Buffer.concat([text, filter.program]))
  return filter
}

/** A name for a file, no more: other rules may have the same. node:crypto takes 5 ms to load. */
function keyOf(text: Buffer): string {
  let sum = text.length
  for (let at = 0; at < text.length; at += 7) sum = (31 * sum + text[at]!) % 2 ** 43
  return sum.toString(36)
}

function read(path: string): Buffer | undefined {
  try {
    return readFileSync(path)
  } catch {
    return undefined
  }
}

/** That it cannot be kept costs time, and nothing else. */
function write(path: string, content: Uint8Array): void {
  const temporary = `${path}.${process.pid}`
  try {
    writeFileSync(temporary, content, { mode: 0o600 })
    renameSync(temporary, path)
  } catch {}
}

const isExec = ({ name }: Syscall) => name === 'execve' || name === 'execveat'

/** Whatever the arguments are: so it is nearly always, and then nothing has to be tried. */
function alwaysAllows({ syscalls = [] }: LinuxSeccomp, name: string): boolean {
  const rule = syscalls.find(({ names, args }) => args === undefined && names.includes(name))
  return rule?.action === 'SCMP_ACT_ALLOW'
}

/** Between the filter and the program come calls of ours that are in no list: clone.ts, `childCalls`. */
const further: readonly Syscall[] = (['fcntl', 'read', 'close_range'] as const).map((name) => ({
  name,
  args: [],
}))

/**
 * See that the filter lets the calls pass that come after it is set.
 * @throws UserError if it does not: the container could not be started, and in some cases would not even say why
 */
export function checkFilter(rules: LinuxSeccomp, { program }: Filter, steps: readonly Step[]): void {
  const calls = steps.map(({ call }) => call)
  const at = calls.findIndex(({ name }) => name === 'seccomp')
  if (at === -1) return
  // what comes after the last attempt to become the program only says that there is none
  const after = calls.slice(at + 1, calls.findLastIndex(isExec) + 1)
  const isLast = after.every(isExec)
  const all = isLast ? after : [...after, ...further]
  if (all.every(({ name }) => alwaysAllows(rules, name))) return
  const instructions = programOf(program)
  const isAllowed = (call: Syscall): boolean => {
    const { verdict } = simulate(instructions, {
      number: numberOf(call.name),
      processor: arch === 'x64' ? auditArch.x86_64 : auditArch.aarch64,
      args: call.args.map((arg) => Number(typeof plainValue(arg) === 'number' ? plainValue(arg) : 0)),
    })
    return passes(verdict)
  }
  const refused = new Set<Name>()
  for (const call of all) if (!isAllowed(call)) refused.add(call.name)
  if (refused.size === 0) return
  throw new UserError(
    `The seccomp profile does not allow ${[...refused].join(', ')}, which gocker has to call after the filter is set, to become the container's program.\n` +
      (isLast
        ? 'Allow it in the profile.'
        : 'Allow them in the profile; with --security-opt no-new-privileges only execve is needed.'),
    ENGINE_FAILED,
  )
}
