// A reporter for vitest: one line for each test as it ends, the reason if it failed or was skipped, and the count of all.

import type { Reporter, TestCase, TestModule, TestSuite } from 'vitest/node'

const words = { passed: 'ok     ', failed: 'FAILED ', skipped: 'skipped' } as const

/** @param leftOut the tests that are not to be run here: nothing is said of them */
export function report(leftOut: RegExp): Reporter {
  const count = { passed: 0, failed: 0, skipped: 0 }
  return {
    onTestCaseResult: (test: TestCase) => {
      const result = test.result()
      if (result.state === 'pending' || leftOut.test(nameOf(test))) return
      count[result.state]++
      const seconds = ((test.diagnostic()?.duration ?? 0) / 1000).toFixed(1)
      print(`${words[result.state]} ${nameOf(test)} (${seconds} s)`)
      if (result.state === 'skipped') print(`        ${result.note ?? whySkipped(test)}`)
      if (result.state === 'failed') result.errors.forEach(explain)
    },
    onTestRunEnd: (modules, unhandled) => {
      // what failed outside of any test: a file that cannot be loaded, or what a hook does
      const errors = [...unhandled, ...modules.flatMap((module) => errorsIn(module))]
      errors.forEach(explain)
      count.failed += errors.length
      print(`\n${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`)
    },
  }
}

/** Vitest skips the tests of a group, too, if what was to come before them failed. */
function whySkipped({ parent }: TestCase): string {
  const isBroken = parent.errors().length > 0
  return isBroken ? 'what they all need failed; the reason is at the end' : 'not on this system'
}

/** As vitest matches it with a pattern. */
const nameOf = (test: TestCase) => test.fullName.replaceAll(' > ', ' ')

function errorsIn(module: TestModule | TestSuite): readonly { readonly message: string }[] {
  const below = [...module.children.suites()].flatMap((suite) => errorsIn(suite))
  return [...module.errors(), ...below]
}

function explain({ message, diff }: { readonly message: string; readonly diff?: string }): void {
  for (const line of `${message}\n${diff ?? ''}`.trim().split('\n')) print(`        ${line}`)
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
