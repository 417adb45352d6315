// Exercise 02-2: where does the kernel end up when it walks along a path?

export interface Process {
  /** Where its `/` is: the real path of a directory, `/srv/jail`. */
  readonly root: string
  /** Where it stands. The kernel does not mind if that is outside of its root. */
  readonly cwd: string
}

/** The symbolic links of the machine: the real path of each, and its target. All other names are directories. */
export type Links = Readonly<Record<string, string>>

const mostLinks = 40

/**
 * @param path as the process gives it to a system call
 * @returns the real path of where it leads
 * @throws Error if there are more than 40 links on the way
 */
export function walk(process: Process, path: string, links: Links = {}): string {
  let here = startOf(process, path)
  let followed = 0
  const names = path.split('/')
  for (let name = names.shift(); name !== undefined; name = names.shift()) {
    if (name === '' || name === '.') continue
    if (name === '..') {
      if (here !== process.root) here = parentOf(here)
      continue
    }
    const next = here === '/' ? `/${name}` : `${here}/${name}`
    const target = links[next]
    if (target === undefined) {
      here = next
      continue
    }
    if (++followed > mostLinks) throw new Error(`${path} leads through more than ${mostLinks} links`)
    if (target.startsWith('/')) here = process.root
    names.unshift(...target.split('/'))
  }
  return here
}

function startOf({ root, cwd }: Process, path: string): string {
  return path.startsWith('/') ? root : cwd
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/'
}
