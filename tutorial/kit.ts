// What the checks of the exercises share. A check never enters a namespace itself, for that would take the thread of the
// test along: what needs root is a small program beside it, probe.ts, which runs in a process of its own and reports facts.

import { spawn } from 'node:child_process'
import { writeSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { TestContext } from 'vitest'

/** In seconds; vitest has a little more of it (scripts/workshop/vitest.config.ts). */
const patience = 25

/** Skip the test, and say why, unless it is root on Linux who runs it. */
export function needsRoot(test: TestContext): void {
  needsLinux(test)
  if (process.geteuid?.() !== 0) test.skip('needs root: run the workshop in a root shell (sudo -s)')
}

/** Skip the test, and say why, unless this is Linux. */
export function needsLinux(test: TestContext): void {
  if (process.platform !== 'linux')
    test.skip('needs Linux: scripts/vm/README.md has a virtual machine with one')
}

/** For probe.ts: what it has found out. What else it prints is shown to the learner, so a stray console.log is welcome. */
export function report(facts: unknown): void {
  writeSync(3, JSON.stringify(facts))
}

/** Run a program in the folder of the check and return what it reported. Its error, if it fails, is thrown as one line. */
export async function factsOf<Facts>(
  check: string,
  program = './probe.ts',
  args: readonly string[] = [],
): Promise<Facts> {
  const path = fileURLToPath(new URL(program, check))
  const child = spawn(process.execPath, [path, ...args], { stdio: ['ignore', 'pipe', 'pipe', 'pipe'] })
  const text = { 1: '', 2: '', 3: '' }
  for (const fd of [1, 2, 3] as const) {
    child.stdio[fd]!.on('data', (bytes: Buffer) => {
      text[fd] += bytes
    })
  }
  const end = await new Promise<number | string | null>((resolve) => {
    const timer = setTimeout(() => resolve(`did not end within ${patience} seconds`), patience * 1000)
    child.once('close', (status, signal) => {
      clearTimeout(timer)
      resolve(status ?? `was ended by ${signal}`)
    })
  })
  child.kill('SIGKILL')
  if (text[1].trim() !== '') console.log(text[1].trimEnd())
  if (end === 0 && text[3] !== '') return JSON.parse(text[3])
  const how = typeof end === 'string' ? end : `ended with status ${end} and reported nothing`
  throw new Error(messageIn(text[2]) ?? (text[2].trim() || `What runs your code, ${program}, ${how}.`))
}

/** The error that Node prints at the end of a program. Where a program stumbled is said; what it says in words is enough. */
function messageIn(text: string): string | undefined {
  const [, kind, message] = /^(\w*Error)(?: \[\w+\])?: ([\s\S]*?)\n(?: {4}at|\n|$)/m.exec(text) ?? []
  if (kind === undefined || !/^(Type|Reference|Range|Syntax)Error$/.test(kind)) return message
  const line = /exercise\.ts:(\d+)/.exec(text)?.[1]
  return `${kind}: ${message}${line === undefined ? '' : ` (exercise.ts, line ${line})`}`
}

/**
 * For checks that need root: `const facts = asRoot<Facts>(import.meta.url)`, then `await facts(test)` in each test. The
 * probe runs once, at the first of them. Without root, the test is skipped.
 */
export function asRoot<Facts>(check: string): (test: TestContext) => Promise<Facts> {
  let facts: Promise<Facts> | undefined
  return (test) => {
    needsRoot(test)
    facts ??= factsOf<Facts>(check)
    return facts
  }
}
