// What keeps a pull small, however large the layer. A download goes through its bytes in many pieces of memory, and two
// collectors would rather let 30 to 60 MB of them come together: V8's, and the C library's.

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { invoke } from '../syscall/memory.ts'

/** mallopt(3), malloc.h */
const M_TRIM_THRESHOLD = -1

/** How many bytes may pass between two collections. */
const interval = 4 << 20

/**
 * From now on this process gives freed memory back to the kernel soon. That cannot be undone, and need not be.
 * @returns a function to be told of each piece, by its length: it collects now and then what only the young use, in a millisecond
 */
export function spareMemory(): (length: number) => void {
  try {
    invoke('mallopt', [M_TRIM_THRESHOLD, 128 << 10])
  } catch {
    // another C library, without this setting: it only takes more memory then
  }
  // contexts made from here on have the function that asks V8 to collect
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as (options: { type: 'minor' }) => void
  let passed = 0
  return (length) => {
    passed += length
    if (passed < interval) return
    passed = 0
    collect({ type: 'minor' })
  }
}
