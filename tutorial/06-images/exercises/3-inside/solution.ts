// Exercise 06-3: where does the name of an entry lead, for whom the layer is the whole world?

/** The symbolic links that the layer has so far: where each lies, and what is written in it. */
export type Links = ReadonlyMap<string, string>

const mostLinks = 40

/**
 * @param name as it stands in the archive: `srv/fruit`, `../../etc/passwd`
 * @returns the place below the layer's root, without `/` in front, `.` and `..`; '' is the root itself
 * @throws Error if links lead round in a circle
 */
export function placeOf(name: string, links: Links): string {
  let here: string[] = []
  const ahead = partsOf(name)
  let followed = 0
  while (ahead.length > 0) {
    const part = ahead.shift()!
    if (part === '..') {
      here.pop()
      continue
    }
    const target = ahead.length > 0 ? links.get([...here, part].join('/')) : undefined
    if (target === undefined) here.push(part)
    else if (++followed > mostLinks) throw new Error(`"${name}" leads round in a circle`)
    else {
      ahead.unshift(...partsOf(target))
      if (target.startsWith('/')) here = []
    }
  }
  return here.join('/')
}

function partsOf(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.')
}
