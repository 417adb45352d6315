// The anchors that GitHub gives to headings: `What happened in the kernel` → `what-happened-in-the-kernel`. The site uses
// the same ones, so that a link works in both places.

/** For one page: each call returns the anchor of the next heading, numbered if there was the same one before. */
export function slugger(): (heading: string) => string {
  const seen = new Map<string, number>()
  return (heading) => {
    const plain = slug(heading)
    let found = plain
    while (seen.has(found)) {
      const count = seen.get(plain)! + 1
      seen.set(plain, count)
      found = `${plain}-${count}`
    }
    seen.set(found, 0)
    return found
  }
}

/** Letters and digits of any script, `_` and `-` stay, spaces become `-`, everything else goes. */
function slug(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
    .replaceAll(' ', '-')
}
