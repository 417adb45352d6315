// The course as data: its chapters and exercises, read from tutorial/ and changed by nobody. Everything that shows or
// checks the course (the reader in the terminal, the site, the workshop, the tests) begins here.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder that holds package.json. */
export const home = fileURLToPath(new URL('../../', import.meta.url))

export interface Exercise {
  /** `05-2` */
  readonly id: string
  /** `whiteout`, the folder's name without its number */
  readonly name: string
  /** The first heading of its README.md. */
  readonly title: string
  /** What has to be there: `nothing`, or `Linux`, or `root on Linux`. From the line `Needs:` of its README.md. */
  readonly needs: string
  /** The chapter's section that it belongs to, as an anchor: `whiteouts`. From the link in its README.md. */
  readonly section: string
  /** Paths from the project's folder, as all paths here. */
  readonly folder: string
  /** The task, as Markdown: the whole README.md. */
  readonly task: string
  /** Three, from a pointer to nearly the code, as Markdown. */
  readonly hints: readonly string[]
  /** What is worth knowing when it is done, as Markdown. */
  readonly afterwards: string
}

/** A page of a chapter's beside its README.md, as `attacks.md`. */
export interface Beside {
  /** `attacks`, the file's name without its ending. */
  readonly name: string
  /** Its first heading. */
  readonly title: string
  readonly path: string
  readonly markdown: string
}

export interface Chapter {
  readonly number: number
  /** `05-overlay`, the name of its folder. */
  readonly slug: string
  /** The first heading of its README.md, without the number. */
  readonly title: string
  readonly path: string
  readonly markdown: string
  /** `chapters/05-overlay.ts` */
  readonly program: string
  readonly exercises: readonly Exercise[]
  readonly beside: readonly Beside[]
}

export interface Book {
  /** The way in: tutorial/README.md. */
  readonly intro: { readonly title: string; readonly path: string; readonly markdown: string }
  readonly chapters: readonly Chapter[]
}

/** Names of the pages that a chapter may have beside its README.md. */
export const pageBeside = /^(?!README\.md$)[\w-]+\.md$/

/** Read the course below `root`. Throws if a file is missing or a heading is not what it should be. */
export function readBook(root = home): Book {
  const read = (path: string) => readFileSync(join(root, path), 'utf8')
  const folders = (path: string, pattern: RegExp) =>
    existsSync(join(root, path))
      ? readdirSync(join(root, path))
          .filter((name) => pattern.test(name))
          .sort()
      : []

  const chapters = folders('tutorial', /^\d\d-/).map((slug): Chapter => {
    const path = `tutorial/${slug}/README.md`
    const markdown = read(path)
    const exercises = folders(`tutorial/${slug}/exercises`, /^\d-/).map((folder) =>
      readExercise(slug, folder, read),
    )
    const beside = folders(`tutorial/${slug}`, pageBeside).map((file): Beside => {
      const path = `tutorial/${slug}/${file}`
      const markdown = read(path)
      return { name: file.replace(/\.md$/, ''), title: firstHeading(markdown, path), path, markdown }
    })
    const title = firstHeading(markdown, path).replace(/^\d+\.\s*/, '')
    return {
      number: Number(slug.slice(0, 2)),
      slug,
      title,
      path,
      markdown,
      program: `chapters/${slug}.ts`,
      exercises,
      beside,
    }
  })
  const path = 'tutorial/README.md'
  const markdown = read(path)
  return { intro: { title: firstHeading(markdown, path), path, markdown }, chapters }
}

function readExercise(slug: string, name: string, read: (path: string) => string): Exercise {
  const folder = `tutorial/${slug}/exercises/${name}`
  const task = read(`${folder}/README.md`)
  const needs = /^Needs: (.+?)\.?$/m.exec(task)?.[1]
  const section = /\]\(\.\.\/\.\.\/README\.md#([\w-]+)\)/.exec(task)?.[1]
  if (!needs) throw new Error(`${folder}/README.md has no line "Needs: …"`)
  if (!section) throw new Error(`${folder}/README.md has no link to a section of ../../README.md`)
  const hints = read(`${folder}/hints.md`)
    .split(/^## .*$/m)
    .slice(1)
    .map((hint) => hint.trim())
  return {
    id: `${slug.slice(0, 2)}-${name[0]}`,
    name: name.slice(2),
    title: firstHeading(task, `${folder}/README.md`),
    needs,
    section,
    folder,
    task,
    hints,
    afterwards: read(`${folder}/afterwards.md`),
  }
}

function firstHeading(markdown: string, path: string): string {
  const heading = /^# (.+)$/m.exec(markdown)?.[1]
  if (!heading) throw new Error(`${path} has no heading`)
  return heading.trim()
}

/** A link in the file at `path`, as a path from the project's folder. Those to other hosts and within the page stay. */
export function resolveLink(path: string, href: string): string {
  return /^([a-z]+:|#)/.test(href) ? href : join(dirname(path), href)
}
