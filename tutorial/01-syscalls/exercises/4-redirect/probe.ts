// Runs in a process of its own: starts programs with the learner's list, in a directory that is removed at the end, and
// reports what the files hold then.

import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { clone } from '../../../../src/syscall/clone.ts'
import { SyscallError } from '../../../../src/syscall/error.ts'
import { exitCode, waitNow } from '../../../../src/syscall/wait.ts'
import { report } from '../../../kit.ts'
import { redirect } from './exercise.ts'

const home = mkdtempSync(join(tmpdir(), 'gocker-exercise-'))
process.on('exit', () => rmSync(home, { recursive: true, force: true }))
process.chdir(home)
process.umask(0o022)

const sort = ['/usr/bin/sort', '/bin/sort'].find((path) => existsSync(path)) ?? '/usr/bin/sort'
const names = join(home, 'names')
writeFileSync(names, 'Mallory\nAlice\nBob\n')
const read = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8') : null)

/** Run the command; returns its status, or the call that failed and why. */
function run(program: string, argv: readonly string[], input: string, output: string): number | string {
  try {
    return exitCode(waitNow(clone(0, redirect({ program, argv, input, output }))))
  } catch (error) {
    if (error instanceof SyscallError) return `${error.call.name} ${error.code}`
    throw error
  }
}

const at = (name: string) => join(home, name)
writeFileSync(at('old'), 'x'.repeat(1000))
const status = run(sort, ['sort'], names, at('sorted'))
const reversed = run(sort, ['sort', '-r'], names, at('old'))
const missing = run(sort, ['sort'], at('nowhere'), at('untouched'))
const both = run('/bin/sh', ['sh', '-c', 'echo a complaint >&2; echo an answer; exit 3'], names, at('both'))

report({
  status,
  sorted: read(at('sorted')),
  mode: existsSync(at('sorted')) ? statSync(at('sorted')).mode & 0o777 : null,
  reversed,
  old: read(at('old')),
  missing,
  untouched: existsSync(at('untouched')),
  both,
  answer: read(at('both')),
})
