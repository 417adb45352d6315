// That every exercise is whole: a task, a stub with places to edit, a check, three hints, a solution, and something to
// know afterwards. Whether the stub fails and the solution passes is a matter for the tests.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Page, readPage } from '../page.ts'
import type { Fault } from './fault.ts'

const files = ['README.md', 'exercise.ts', 'check.test.ts', 'hints.md', 'solution.ts', 'afterwards.md']
const needs = ['nothing', 'Linux', 'root on Linux']
const count = { least: 2, most: 4 }

/** The folders of a chapter's exercises, as paths from the project's folder. */
export function exerciseFolders(root: string, chapter: string): string[] {
  const folder = `${chapter}/exercises`
  if (!existsSync(join(root, folder))) return []
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => `${folder}/${name}`)
    .sort()
}

/** @param page the chapter that they belong to */
export function exerciseFaults(root: string, page: Page, folders: readonly string[]): Fault[] {
  const { path } = page
  const line = page.headings.find(({ text }) => text === 'Exercises')?.line ?? 1
  const isRight = folders.length >= count.least && folders.length <= count.most
  const number = `the chapter has ${folders.length} exercises; it should have ${count.least} to ${count.most}.`
  return [
    ...(isRight ? [] : [{ path, line, text: number }]),
    ...folders.flatMap((folder, index) => [
      ...nameFaults(folder, index + 1),
      ...(isLinked(page, folder)
        ? []
        : [{ path, line, text: `the section Exercises has no link to ${folder}/README.md.` }]),
      ...files
        .filter((name) => !existsSync(join(root, folder, name)))
        .map((name) => ({
          path: `${folder}/${name}`,
          line: 1,
          text: 'this file of the exercise is missing.',
        })),
      ...todoFaults(root, folder),
      ...taskFaults(readPage(root, `${folder}/README.md`)),
      ...hintFaults(readPage(root, `${folder}/hints.md`)),
    ]),
  ]
}

function nameFaults(folder: string, number: number): Fault[] {
  const name = folder.split('/').at(-1)!
  if (new RegExp(`^${number}-[a-z\\d-]+$`).test(name)) return []
  return [
    {
      path: folder,
      line: 1,
      text: `the folder's name should be \`${number}-name\`: they are numbered in order.`,
    },
  ]
}

function isLinked(page: Page, folder: string): boolean {
  const section = page.headings.findIndex(({ depth, text }) => depth === 2 && text === 'Exercises')
  const from = page.headings[section]?.line ?? Number.POSITIVE_INFINITY
  const to =
    page.headings.slice(section + 1).find(({ depth }) => depth <= 2)?.line ?? Number.POSITIVE_INFINITY
  const wanted = folder.split('/').slice(-2).join('/')
  return page.links.some(
    ({ href, line }) => line > from && line < to && href.replace(/\/(README\.md)?$/, '') === wanted,
  )
}

function todoFaults(root: string, folder: string): Fault[] {
  const has = (name: string) => /\bTODO\b/.test(readFileSync(join(root, folder, name), 'utf8'))
  const is = (name: string) => existsSync(join(root, folder, name))
  return [
    ...(is('exercise.ts') && !has('exercise.ts')
      ? [{ path: `${folder}/exercise.ts`, line: 1, text: 'no TODO says what is to be edited.' }]
      : []),
    ...(is('solution.ts') && has('solution.ts')
      ? [{ path: `${folder}/solution.ts`, line: 1, text: 'a solution has no TODO any more.' }]
      : []),
  ]
}

function taskFaults(page: Page | undefined): Fault[] {
  if (!page) return []
  const { path } = page
  const found = /^Needs: (.+?)\.?$/m.exec(page.markdown)?.[1]
  return [
    ...(page.headings[0]?.depth === 1 ? [] : [{ path, line: 1, text: 'the task begins with a `# Title`.' }]),
    ...(found !== undefined && needs.includes(found)
      ? []
      : [{ path, line: 1, text: `the task has a line \`Needs: …\` with one of: ${needs.join(', ')}.` }]),
    ...(page.links.some(({ href }) => href.startsWith('../../README.md#'))
      ? []
      : [{ path, line: 1, text: 'the task has a link to the section it belongs to: ../../README.md#….' }]),
  ]
}

function hintFaults(page: Page | undefined): Fault[] {
  if (!page) return []
  const { path } = page
  const found = page.headings.filter(({ depth }) => depth === 2)
  if (found.map(({ text }) => text).join() !== '1,2,3')
    return [{ path, line: 1, text: 'there are three hints, below `## 1`, `## 2` and `## 3`.' }]
  const bodies = page.markdown.split(/^## .*$/m).slice(1)
  return bodies.flatMap((body, index) =>
    body.trim() === '' ? [{ path, line: found[index]!.line, text: 'this hint is empty.' }] : [],
  )
}
