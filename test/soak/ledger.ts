// What all clients know together: which container holds which address, name and port now, what was done, and what was
// not as it should be. An address counts as held from the moment its container was seen to have it to the moment before
// it is told to end: so two that hold the same one are a fault, however the clients take turns.

export interface Ledger {
  /** Of things that were done: `run`, `exec`, … */
  readonly counts: Map<string, number>
  readonly failures: string[]
  readonly ids: Set<string>
  readonly links: Set<string>
  readonly done: (what: string) => void
  readonly fail: (what: string) => void
  /** Say that the container has this now: an address, a name, a port. */
  readonly hold: (thing: string, container: string) => void
  readonly letGo: (container: string) => void
}

export function openLedger(): Ledger {
  const counts = new Map<string, number>()
  const failures: string[] = []
  const holders = new Map<string, string>()
  const fail = (what: string) => void failures.push(what)
  return {
    counts,
    failures,
    ids: new Set(),
    links: new Set(),
    done: (what) => void counts.set(what, (counts.get(what) ?? 0) + 1),
    fail,
    hold: (thing, container) => {
      const holder = holders.get(thing)
      if (holder !== undefined && holder !== container)
        fail(`${thing} was given to ${holder} and ${container}`)
      holders.set(thing, container)
    },
    letGo: (container) => {
      for (const [thing, holder] of holders) if (holder === container) holders.delete(thing)
    },
  }
}
