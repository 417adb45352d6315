// What the browser keeps for the reader. Where it refuses (a private window, a strict setting), the page works all the same
// and forgets when it is closed.

const prefix = 'gocker-tutorial:'
/** @type {Map<string, string>} */
const memory = new Map()

/** @param {string} key */
export function recall(key) {
  try {
    return localStorage.getItem(prefix + key) ?? undefined
  } catch {
    return memory.get(key)
  }
}

/**
 * @param {string} key
 * @param {string} value
 */
export function keep(key, value) {
  memory.set(key, value)
  try {
    localStorage.setItem(prefix + key, value)
  } catch {}
}

/**
 * Another tab has changed something.
 * @param {(key: string) => void} changed
 */
export function onChange(changed) {
  addEventListener('storage', ({ key }) => {
    if (key?.startsWith(prefix)) changed(key.slice(prefix.length))
  })
}
