// Work that only one may do at a time, while others wait for their turn.

export interface Turn extends Disposable {
  /** Has it come? */
  isNow(): boolean
  readonly come: Promise<unknown>
}

export interface Turns {
  ask(): Turn
}

/** Turns, one at a time, in the order in which they were asked for. Each is over when it is disposed of. */
export function oneAtATime(): Turns {
  let last: Promise<unknown> = Promise.resolve()
  let count = 0
  return {
    ask: () => {
      let now = count++ === 0
      const done = Promise.withResolvers<void>()
      const come = last.then(() => {
        now = true
      })
      last = Promise.all([last, done.promise])
      return {
        isNow: () => now,
        come,
        [Symbol.dispose]: () => {
          count--
          done.resolve()
        },
      }
    },
  }
}
