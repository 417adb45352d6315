// A reporter for vitest: says of each skipped test why it was skipped, and which ones passed only when they were run once
// more. In CI, where everything is installed and root runs the tests, a skip is a failure, unless the kernel is the
// reason: a test that no one runs holds nothing.

import type { Reporter, TestCase } from 'vitest/node'

const inCi = Boolean(process.env.CI)

interface Skip {
  readonly name: string
  readonly reason: string
}

export function skips(): Reporter {
  const found: Skip[] = []
  const again: string[] = []
  return {
    onTestCaseResult: (test: TestCase) => {
      const result = test.result()
      if (test.diagnostic()?.flaky) again.push(test.fullName)
      if (result.state !== 'skipped') return
      const reason = result.note ?? 'not on this system, or not for this user'
      found.push({ name: test.fullName, reason })
    },
    onTestRunEnd: (modules) => {
      for (const { name, reason } of found) process.stdout.write(`skipped: ${name}\n         ${reason}\n`)
      for (const name of again) process.stdout.write(`passed at the second try only: ${name}\n`)
      const ended = modules
        .flatMap((module) => [...module.children.allTests()])
        .map((test) => test.result().state)
      const count = (state: string) => ended.filter((one) => one === state).length
      process.stdout.write(
        `\n${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped\n`,
      )
      const unexcused = found.filter(({ reason }) => !/\bkernel\b/.test(reason))
      if (!inCi || unexcused.length === 0) return
      process.stdout.write(
        `\n${unexcused.length} skipped tests should have run here: in CI that is a failure.\n`,
      )
      process.exitCode = 1
    },
  }
}
