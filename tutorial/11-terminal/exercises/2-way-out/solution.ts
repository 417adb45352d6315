// Exercise 11-2: ssh’s way out, for a container.

export interface Watch {
  /** What of the typed characters is for the container. */
  readonly pass: string
  readonly left: boolean
}

/** @returns a function to be called with what is typed, as it comes */
export function watchForTilde(): (typed: string) => Watch {
  /** Where we are: at the beginning of a line, behind a tilde there, or anywhere else. */
  let place: 'beginning' | 'tilde' | 'inside' = 'beginning'
  return (typed) => {
    let pass = ''
    for (const key of typed) {
      if (place === 'beginning' && key === '~') {
        place = 'tilde'
        continue
      }
      if (place === 'tilde' && key === '.') return { pass, left: true }
      pass += place === 'tilde' && key !== '~' ? `~${key}` : key
      place = key === '\r' ? 'beginning' : 'inside'
    }
    return { pass, left: false }
  }
}
