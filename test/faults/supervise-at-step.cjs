// gocker, whose supervisors are killed at one of their steps. A supervisor gets hardly anything of our environment, so the
// step stands in a file of the root: `at-step`, with the same two words as at-step.cjs has in the environment.

const { existsSync, readFileSync } = require('node:fs')
const file = `${process.env.GOCKER_ROOT}/at-step`

if (process.argv[2] === 'supervise' && existsSync(file)) {
  const [step, signal, stepsFile] = readFileSync(file, 'utf8').split(' ')
  process.env.AT_STEP = step
  process.env.AT_STEP_SIGNAL = signal
  process.env.STEPS_FILE = stepsFile
  require('./at-step.cjs')
}
require('../../src/cli/entry.cjs')
