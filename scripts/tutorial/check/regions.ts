// The marks in the sources, `// #region NAME` and `// #endregion NAME`: each has its other half, no name is there twice
// in a file, and each is quoted by some page. A mark that nobody needs is only noise to those who read the source.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Source } from '../quote.ts'
import type { Fault } from './fault.ts'

const folders = ['src', 'chapters', 'scripts']

export function regionFaults(root: string, quotations: readonly Source[]): Fault[] {
  return folders
    .flatMap((folder) => sourcesIn(root, folder))
    .flatMap((path) => faultsIn(path, readFileSync(join(root, path), 'utf8'), quotations))
}

function sourcesIn(root: string, folder: string): string[] {
  if (!existsSync(join(root, folder))) return []
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.c?ts$|\.cjs$/.test(name))
    .map((name) => `${folder}/${name}`)
    .sort()
}

function faultsIn(path: string, text: string, quotations: readonly Source[]): Fault[] {
  const faults: Fault[] = []
  const open = new Map<string, number>()
  const seen = new Set<string>()
  const add = (line: number, sentence: string) => faults.push({ path, line, text: sentence })
  for (const [index, content] of text.split('\n').entries()) {
    const [, word, name] = /^\s*\/\/ #(region|endregion)\b ?(.*?)\s*$/.exec(content) ?? []
    const line = index + 1
    if (name === undefined) continue
    if (name === '') add(line, `a #${word} needs a name: \`// #${word} NAME\`.`)
    else if (word === 'endregion') {
      if (!open.delete(name)) add(line, `no region ${name} begins above this end.`)
    } else if (seen.has(name)) add(line, `this file has a region ${name} already; each needs its own name.`)
    else {
      seen.add(name)
      open.set(name, line)
      if (!quotations.some((source) => source.path === path && source.name === name))
        add(line, `no page quotes the region ${name}: quote it, or remove its marks.`)
    }
  }
  for (const [name, line] of open)
    add(line, `the region ${name} has no end: add \`// #endregion ${name}\` below.`)
  return faults
}
