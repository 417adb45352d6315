// The process that checks: it holds a vitest that stays warm, for the second check then takes a quarter of a second. It is
// told which checks to run, answers with what they found, and ends with the process that started it. It is a process of
// its own so that code which never ends can be ended, and so that nothing it prints disturbs the screen.

import { createVitest, type Reporter, type TestCase, type TestModule } from 'vitest/node'
import { type Outcome, outcomeOf, type TestOutcome } from './outcome.ts'
import { inPlainWords, type ReportedError } from './plain-words.ts'
import config from './vitest.config.ts'

export type Request = { readonly files: readonly string[]; readonly timeout: number }
export type Answer =
  /** Vitest is there, and begins. */
  | { readonly begun: true }
  /** This one has begun, or has come to its end. */
  | { readonly file: string; readonly outcome?: Outcome }
  | { readonly done: true }

const [root, isolation] = process.argv.slice(2) as [string, string]
const isolate = isolation === 'isolated'
let timeout = 0
let current = ''
const printed = new Map<string, string>()
const answer = (message: Answer) => void process.send!(message)

const reporter: Reporter = {
  onTestModuleQueued: (module: TestModule) => {
    current = module.moduleId
    answer({ file: current })
  },
  onUserConsoleLog: (log) => print(log.content),
  onTestModuleEnd: (module: TestModule) => {
    const tests = [...module.children.allTests()].map(testOutcome)
    const [error] = module.errors()
    const trouble = error && words(error)
    const file = module.moduleId
    answer({ file, outcome: outcomeOf(tests, trouble, printed.get(file) ?? '') })
  },
}

const words = (error: ReportedError) => inPlainWords(error, timeout).replaceAll(`${root}/`, '')

function testOutcome(test: TestCase): TestOutcome {
  const result = test.result()
  const { name } = test
  if (result.state === 'failed') return { name, state: 'failed', message: words(result.errors[0]!) }
  if (result.state === 'passed') return { name, state: 'passed', message: '' }
  return { name, state: 'skipped', message: ('note' in result && result.note) || 'cannot run here' }
}

function print(text: string): void {
  printed.set(current, ((printed.get(current) ?? '') + text).slice(-20_000))
}

// what goes to the standard output past console.log arrives here as ours
process.stdout.write = (text: string | Uint8Array) => {
  print(typeof text === 'string' ? text : Buffer.from(text).toString())
  return true
}

// not by its path: vite would write what it makes of it into node_modules, which may belong to root
const { test } = config
const vitest = await createVitest('test', {
  ...test,
  root,
  config: false,
  isolate,
  watch: false,
  reporters: [reporter],
})
const project = vitest.getRootProject()

async function check(request: Request): Promise<void> {
  answer({ begun: true })
  timeout = request.timeout
  project.config.testTimeout = timeout
  printed.clear()
  for (const environment of Object.values(project.vite.environments)) environment.moduleGraph.invalidateAll()
  const specifications = request.files.map((file) => project.createSpecification(file))
  await vitest.runTestSpecifications(specifications)
}

process.on('message', (request: Request) => {
  const done = () => answer({ done: true })
  check(request).then(done, done)
})
// the one who asked has gone; a worker of vitest that computes for ever would stay
process.on('disconnect', () => process.kill(-process.pid, 'SIGKILL'))
