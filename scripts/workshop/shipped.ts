// exercise.ts as it was before the learner touched it. A copy is kept from the first start on: of what git has, for the file may
// have been edited by then. A newer one from upstream takes its place; a commit of the learner's own does not.

import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Exercise } from '../tutorial/book.ts'
import { UsageError } from './find.ts'
import { keepFile, keepProgress, place, withPassed } from './progress.ts'

export const stubOf = (exercise: Exercise) => `${exercise.folder}/exercise.ts`
const copyOf = (exercise: Exercise) => `${place}/shipped/${exercise.id}.ts`

/** Call this at every start, before anything is edited. */
export function keepShipped(root: string, exercises: readonly Exercise[]): void {
  const committed = committedTexts(root, exercises.map(stubOf))
  for (const exercise of exercises) {
    const kept = textOf(root, copyOf(exercise))
    const inGit = committed.get(stubOf(exercise))
    if (kept !== undefined && (inGit === undefined || inGit === kept || isOwnCommit(root, stubOf(exercise))))
      continue
    const text = inGit ?? textOf(root, stubOf(exercise))
    try {
      if (text !== undefined) keepFile(root, join(root, copyOf(exercise)), text)
    } catch {
      // a project that cannot be written can still be checked
      return
    }
  }
}

export function isUntouched(root: string, exercise: Exercise): boolean {
  return textOf(root, stubOf(exercise)) === textOf(root, copyOf(exercise))
}

/**
 * Put exercise.ts back as it was.
 * @returns where the learner's version is now, as a path from the project's folder; undefined if there was nothing to put back
 */
export function reset(root: string, exercise: Exercise): string | undefined {
  const [own, shipped] = [textOf(root, stubOf(exercise)), textOf(root, copyOf(exercise))]
  if (shipped === undefined) throw new UsageError(`It is not known how ${stubOf(exercise)} was shipped.`)
  if (own === shipped) {
    keepProgress(root, withPassed(exercise.id, false))
    return undefined
  }
  const backup = own === undefined ? undefined : freePath(root, exercise.id)
  if (backup !== undefined) keepFile(root, join(root, backup), own!)
  writeFileSync(join(root, stubOf(exercise)), shipped)
  keepProgress(root, withPassed(exercise.id, false))
  return backup
}

function freePath(root: string, id: string): string {
  const time = new Date().toISOString().slice(0, 19).replaceAll(':', '.')
  for (let number = 1; ; number++) {
    const path = `${place}/backups/${id} ${time}${number > 1 ? ` (${number})` : ''}.ts`
    if (!existsSync(join(root, path))) return path
  }
}

export function textOf(root: string, path: string): string | undefined {
  return existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : undefined
}

/** What the last commit has of these files. Empty where there is no git. */
function committedTexts(root: string, paths: readonly string[]): Map<string, string> {
  const input = paths.map((path) => `HEAD:./${path}\n`).join('')
  const output = git(root, ['cat-file', '--batch'], input)
  const texts = new Map<string, string>()
  let at = 0
  for (const path of paths) {
    const end = output?.indexOf('\n', at) ?? -1
    if (output === undefined || end < 0) break
    const size = /^[\da-f]+ blob (\d+)$/.exec(output.toString('utf8', at, end))?.[1]
    at = end + 1
    if (size === undefined) continue
    texts.set(path, output.toString('utf8', at, at + Number(size)))
    at += Number(size) + 1
  }
  return texts
}

function isOwnCommit(root: string, path: string): boolean {
  const author = git(root, ['log', '-1', '--format=%ae', '--', path])
  const own = git(root, ['config', 'user.email'])
  return author !== undefined && own !== undefined && author.equals(own)
}

/** @returns undefined if git is not there, or this is not its repository */
export function git(root: string, args: readonly string[], input = ''): Buffer | undefined {
  try {
    // root may look at a repository of somebody else
    return execFileSync('git', ['-c', 'safe.directory=*', '-C', root, ...args], {
      input,
      stdio: ['pipe', 'pipe', 'ignore'],
      maxBuffer: 1 << 26,
    })
  } catch {
    return undefined
  }
}
