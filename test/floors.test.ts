// The order of the floors: what makes the code readable from top to bottom. A folder of src/ imports only from itself
// and from those before it; a chapter only from its own floor and those before.

import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const home = fileURLToPath(new URL('..', import.meta.url))
const floors =
  'syscall rootfs namespaces cgroup overlay image network security container supervisor cli'.split(' ')

/** The floor that each chapter is about; it may use that and all before it. Those from the ninth on may use all. */
const lastFloorOf: Readonly<Record<string, string>> = {
  '01': 'syscall',
  '02': 'rootfs',
  '03': 'namespaces',
  '04': 'cgroup',
  '05': 'overlay',
  '06': 'image',
  '07': 'network',
  '08': 'security',
}

const sources = (folder: string) =>
  readdirSync(join(home, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !/\.(test|fixture)\.ts$/.test(path))
    .map((path) => join(folder, path))

/** What a file imports: paths from the project's own folder, and names of packages. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(home, file), 'utf8')
  const found = [...text.matchAll(/(?:\bfrom |\bimport\(|^import )'([^'\n]+)'/gm)].map(([, name]) => name!)
  return found.map((name) => (name.startsWith('.') ? relative(home, join(home, dirname(file), name)) : name))
}

const floorOf = (path: string) => path.split('/')[1]!

describe('the floors', () => {
  const files = sources('src')

  it('are these folders', () => {
    expect(readdirSync(join(home, 'src')).toSorted()).toEqual(floors.toSorted())
    expect(files.length).toBeGreaterThan(100)
  })

  it('import only from those before them', () => {
    const wrong: string[] = []
    let checked = 0
    for (const file of files) {
      for (const imported of importsOf(file).filter((path) => path.startsWith('src/'))) {
        checked++
        if (floors.indexOf(floorOf(imported)) > floors.indexOf(floorOf(file)))
          wrong.push(`${file} imports ${imported}`)
      }
    }
    expect(checked).toBeGreaterThan(300)
    expect(wrong).toEqual([])
  })

  it('import nothing from outside src/ but the packages that are dependencies', () => {
    const { dependencies } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'))
    const foreign = files.flatMap((file) =>
      importsOf(file)
        .filter((path) => !path.startsWith('src/') && !path.startsWith('node:'))
        .map((path) => [path, file] as const),
    )
    expect(foreign.length).toBeGreaterThan(0)
    for (const [path, file] of foreign) expect(Object.keys(dependencies), file).toContain(path)
  })

  it('know nothing of the command line below container/', () => {
    const below = files.filter((file) => floors.indexOf(floorOf(file)) < floors.indexOf('container'))
    expect(below.length).toBeGreaterThan(70)
    for (const file of below) {
      expect(readFileSync(join(home, file), 'utf8'), file).not.toMatch(/env\.GOCKER_ROOT|process\.argv/)
      // the bars of a pull are the one thing down there that a person looks at
      const forPeople = importsOf(file).filter((name) => ['commander', 'chalk'].includes(name))
      if (file !== 'src/image/progress.ts') expect(forPeople, file).toEqual([])
    }
  })

  it('have a file for each job, and no barrel files', () => {
    expect(files.filter((file) => basename(file) === 'index.ts')).toEqual([])
    const reexporting = files.filter((file) =>
      /^export \* from/m.test(readFileSync(join(home, file), 'utf8')),
    )
    expect(reexporting).toEqual([])
  })

  it('open with what they are for', () => {
    const silent = files.filter((file) => !readFileSync(join(home, file), 'utf8').startsWith('//'))
    expect(silent).toEqual([])
  })

  it('ask no clock that can be set for how long something lasts', () => {
    // those tell people how long ago something was, draw what they see at most so often, or are told a date
    const shown = /^src\/(cli\/|image\/(progress|http)\.ts|container\/(events|prune)\.ts)/
    const asking = files.filter((file) =>
      /Date\.now\(|performance\.now\(/.test(readFileSync(join(home, file), 'utf8')),
    )
    expect(asking.filter((file) => !shown.test(file))).toEqual([
      // where it is explained
      'src/syscall/clock.ts',
    ])
  })

  it('start no program: everything is done by calls', () => {
    const starting = files.filter((file) => importsOf(file).includes('node:child_process'))
    expect(starting).toEqual([])
  })
})

describe('the chapters', () => {
  const files = readdirSync(join(home, 'chapters')).filter((name) => /^\d\d-.*\.ts$/.test(name))

  it('are there', () => {
    expect(files.map((name) => name.slice(0, 2))).toEqual(expect.arrayContaining(Object.keys(lastFloorOf)))
  })

  it.each(files)('%s uses its own floor and those before it', (name) => {
    const allowed = floors.slice(0, floors.indexOf(lastFloorOf[name.slice(0, 2)] ?? 'cli') + 1)
    const used = importsOf(join('chapters', name)).filter((path) => path.startsWith('src/'))
    expect(used.length).toBeGreaterThan(0)
    for (const path of used) expect(allowed, path).toContain(floorOf(path))
  })
})
