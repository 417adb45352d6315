// Which shared libraries programs need, and where on this machine they are. The rules are those of the dynamic
// loader: first where the program says, then where /etc/ld.so.conf says, then the usual places. ld.so(8)
//
// Files are read, no program is started.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { readElf } from './elf.ts'

/** A library under the name that a program asks for. */
export interface Library {
  /** `libc.so.6` */
  readonly name: string
  /** Where the host has it: `/lib/x86_64-linux-gnu/libc.so.6`. */
  readonly path: string
}

export interface Needs {
  /** The loaders, by the absolute paths that stand in the programs: `/lib64/ld-linux-x86-64.so.2`. */
  readonly interpreters: readonly string[]
  readonly libraries: readonly Library[]
  /** Names that were found nowhere. */
  readonly missing: readonly string[]
}

// Debian's multiarch directories are built into its loader; Fedora's 64-bit libraries are in lib64
const usualPlaces: Readonly<Record<number, readonly string[]>> = {
  62: ['/lib/x86_64-linux-gnu', '/usr/lib/x86_64-linux-gnu', '/lib64', '/usr/lib64', '/lib', '/usr/lib'],
  183: ['/lib/aarch64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/lib64', '/usr/lib64', '/lib', '/usr/lib'],
}

/**
 * All that `programs` need to run, and that their libraries need in turn.
 * @param programs paths of ELF files; others are passed over
 * @param optional names of libraries that are loaded later, by dlopen(3), and taken if they are there
 * @param root where all paths begin: '/' but in tests
 */
export function needsOf(programs: readonly string[], optional: readonly string[] = [], root = '/'): Needs {
  const configured = configuredPlaces(root, '/etc/ld.so.conf')
  const interpreters = new Set<string>()
  const libraries = new Map<string, string>()
  const missing = new Set<string>()
  const machines = new Set<number>()

  /** Look for one library, and then for those that it needs. */
  const want = (name: string, machine: number, first: readonly string[]) => {
    if (libraries.has(name)) return
    const path = find(name, [...first, ...configured, ...(usualPlaces[machine] ?? [])], machine, root)
    if (path === undefined) return void missing.add(name)
    libraries.set(name, path)
    follow(path, first)
  }
  /** @param inherited where the one that needs `path` looks first */
  const follow = (path: string, inherited: readonly string[]) => {
    const elf = readElf(join(root, path))
    if (!elf) return
    machines.add(elf.machine)
    if (elf.interpreter) interpreters.add(elf.interpreter)
    const origin = dirname(path)
    const own = elf.searched.map((dir) => dir.replace(/\$(ORIGIN|\{ORIGIN\})/g, origin))
    for (const name of elf.needed) want(name, elf.machine, [...own, ...inherited])
  }

  for (const path of programs) follow(path, [])
  const needed = new Set(missing)
  for (const machine of [...machines]) for (const name of optional) want(name, machine, [])
  return {
    interpreters: [...interpreters],
    libraries: [...libraries].map(([name, path]) => ({ name, path })),
    missing: [...needed],
  }
}

/** The first file of that name that is for the same processor: a machine may have libraries for several. */
function find(name: string, places: readonly string[], machine: number, root: string): string | undefined {
  const candidates = name.startsWith('/') ? [name] : places.map((place) => join(place, name))
  return candidates.find((path) => {
    const full = join(root, path)
    return existsSync(full) && readElf(full)?.machine === machine
  })
}

/** The directories in a file like /etc/ld.so.conf, and in those that it includes. ldconfig(8) */
function configuredPlaces(root: string, file: string): string[] {
  return linesOf(join(root, file)).flatMap((line) => {
    const pattern = /^include\s+(.+)$/.exec(line)?.[1]
    if (!pattern) return line.startsWith('/') ? [line] : []
    return filesLike(root, resolve(dirname(file), pattern)).flatMap((one) => configuredPlaces(root, one))
  })
}

/** Lines without comments; none if there is no such file. */
function linesOf(file: string): string[] {
  if (!existsSync(file)) return []
  return readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
}

/** The files that a pattern as `/etc/ld.so.conf.d/*.conf` means, in the order of their names. */
function filesLike(root: string, pattern: string): string[] {
  const dir = dirname(pattern)
  if (!existsSync(join(root, dir))) return []
  const [start = '', end = ''] = basename(pattern).split('*')
  return readdirSync(join(root, dir))
    .filter((name) => name.startsWith(start) && name.endsWith(end))
    .sort()
    .map((name) => join(dir, name))
}
