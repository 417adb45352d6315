// What the learner has done so far: in .workshop/state.json, at the project's top, which git ignores. Two workshops may run at
// once, so each change is made to what the file says at that moment, and the file is replaced as a whole.

import { chownSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

export interface Progress {
  /** The exercise that is open: `05-2`. */
  readonly current?: string
  /** When each was passed. */
  readonly passed: Readonly<Record<string, string>>
}

export const place = '.workshop'
const file = (root: string) => join(root, place, 'state.json')

/** A file that is missing, or that is no longer what it was, is a fresh start. */
export function readProgress(root: string): Progress {
  try {
    const { current, passed } = JSON.parse(readFileSync(file(root), 'utf8'))
    return {
      current: typeof current === 'string' ? current : undefined,
      passed: typeof passed === 'object' && passed !== null ? passed : {},
    }
  } catch {
    return { passed: {} }
  }
}

export function keepProgress(root: string, change: (progress: Progress) => Progress): Progress {
  const progress = change(readProgress(root))
  const draft = `${file(root)}.${process.pid}`
  keepFile(root, draft, `${JSON.stringify(progress, null, 2)}\n`)
  renameSync(draft, file(root))
  return progress
}

export const withPassed = (id: string, isPassed: boolean) => (progress: Progress) => {
  const { [id]: before, ...others } = progress.passed
  const passed = isPassed ? { ...progress.passed, [id]: before ?? new Date().toISOString() } : others
  return { ...progress, passed }
}

/** Write a file of ours. It belongs to the owner of the project, also when root runs the workshop. */
export function keepFile(root: string, path: string, text: string): void {
  const { uid, gid } = statSync(root)
  const made = mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  if (process.geteuid?.() !== 0 || uid === 0) return
  const paths = [path]
  for (let folder = dirname(path); made && folder.length >= made.length; folder = dirname(folder))
    paths.push(folder)
  for (const one of paths) chownSync(one, uid, gid)
}
