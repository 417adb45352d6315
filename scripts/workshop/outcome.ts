// What a check has found. It goes from the process that checks to the one that shows, so it is plain data.

export interface TestOutcome {
  readonly name: string
  readonly state: 'passed' | 'failed' | 'skipped'
  /** Of a failed test: what is wrong, in plain words. Of a skipped one: why. */
  readonly message: string
}

export interface Outcome {
  /** Skipped: none failed, and one could not run here. */
  readonly state: 'passed' | 'failed' | 'skipped'
  readonly tests: readonly TestOutcome[]
  /** What is wrong with the file as a whole, so that no test could begin. */
  readonly trouble?: string
  /** What the learner's code printed. */
  readonly printed: string
}

export function outcomeOf(
  tests: readonly TestOutcome[],
  trouble: string | undefined,
  printed: string,
): Outcome {
  const has = (state: string) => tests.some((test) => test.state === state)
  const failed = trouble !== undefined || has('failed') || tests.length === 0
  return { state: failed ? 'failed' : has('skipped') ? 'skipped' : 'passed', tests, trouble, printed }
}

/** The one thing to look at now: the first test that fails, or what keeps all of them from running. */
export function complaint(
  outcome: Outcome,
): { readonly title: string; readonly message: string } | undefined {
  if (outcome.state !== 'failed') return undefined
  if (outcome.trouble !== undefined)
    return { title: 'exercise.ts could not be run', message: outcome.trouble }
  const test = outcome.tests.find(({ state }) => state === 'failed')
  return test
    ? { title: test.name, message: test.message }
    : { title: 'Nothing was checked', message: 'check.test.ts has no tests in it.' }
}

/** Why a part of it could not be checked here. */
export function skipReason(outcome: Outcome): string | undefined {
  return outcome.tests.find(({ state }) => state === 'skipped')?.message
}
