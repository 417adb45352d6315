// Code in the prose is quoted from the sources: a block of code whose first line says ```ts src/rootfs/chroot.ts#escapeCalls
// holds what stands there under that name. A name is a region (`// #region NAME` to `// #endregion NAME`) or something
// declared at the top of the file, with the comment above it. `quoted` finds it; weave.ts holds the prose to it.

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Source {
  /** From the project's folder. */
  readonly path: string
  /** A region or a declaration; none means the whole file. */
  readonly name?: string
}

/** `ts src/rootfs/chroot.ts#escapeCalls` → where the code comes from; undefined for a block that quotes nothing. */
export function sourceOf(info: string): Source | undefined {
  const [, path, name] = /^ts ([\w./-]+\.(?:ts|cjs))(?:#([\w-]+))?$/.exec(info) ?? []
  return path === undefined ? undefined : { path, name }
}

/** The lines that a source names. Throws if there are none. */
export function quoted(root: string, { path, name }: Source): string {
  if (!existsSync(join(root, path))) throw new Error(`there is no ${path}`)
  const lines = readFileSync(join(root, path), 'utf8').trimEnd().split('\n')
  if (name === undefined) return lines.join('\n')
  const found = region(lines, name) ?? declaration(lines, name)
  if (!found) throw new Error(`${path} has neither a region nor a declaration called ${name}`)
  return withoutIndent(found.filter((line) => !/^\s*\/\/ #(end)?region\b/.test(line))).join('\n')
}

function region(lines: readonly string[], name: string): string[] | undefined {
  const mark = (word: string) => lines.findIndex((line) => line.trim() === `// #${word} ${name}`)
  const [start, end] = [mark('region'), mark('endregion')]
  return start < 0 || end < start ? undefined : lines.slice(start + 1, end)
}

/** From the comment above a declaration to the last line that belongs to it: indented, empty, or closing a bracket. */
function declaration(lines: readonly string[], name: string): string[] | undefined {
  const at = lines.findIndex((line) =>
    new RegExp(`^(export )?(async )?(function\\*?|const|let|interface|type|class) ${name}\\b`).test(line),
  )
  if (at < 0) return undefined
  let start = at
  while (/^(\/\/|\/\*\*| \*)/.test(lines[start - 1] ?? '')) start--
  let end = at + 1
  while (end < lines.length && /^(\s|$|[)\]}])/.test(lines[end]!)) end++
  while (lines[end - 1]!.trim() === '') end--
  return lines.slice(start, end)
}

function withoutIndent(lines: readonly string[]): string[] {
  const indents = lines.filter((line) => line.trim() !== '').map((line) => line.search(/\S/))
  const least = Math.min(...indents)
  return lines.map((line) => line.slice(least))
}
