// The C library keeps freed memory for later, up to some 60 MB in the many pieces that a download goes through. A pull
// on a small machine has better use for it: each piece of 64 KiB or more is to come from the kernel and go back there.

import { invoke } from '../syscall/memory.ts'

/** mallopt(3), malloc.h */
const M_TRIM_THRESHOLD = -1
const M_MMAP_THRESHOLD = -3

/** From now on this process gives large pieces of memory back at once. It cannot be undone, and need not be. */
export function spareMemory(): void {
  try {
    invoke('mallopt', [M_MMAP_THRESHOLD, 64 << 10])
    invoke('mallopt', [M_TRIM_THRESHOLD, 128 << 10])
  } catch {
    // another C library, without this setting: it only takes more memory then
  }
}
