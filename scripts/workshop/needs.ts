// What an exercise needs, and whether it is here.

/** Why an exercise with this line `Needs: …` cannot be checked here; undefined if it can. */
export function missing(needs: string): string | undefined {
  if (/Linux/.test(needs) && process.platform !== 'linux')
    return 'needs Linux: scripts/vm/README.md has a virtual machine with one'
  if (/^root/.test(needs) && process.geteuid?.() !== 0)
    return 'needs root: run the workshop in a root shell (sudo -s)'
  return undefined
}
