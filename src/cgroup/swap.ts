// Memory and swap together: what makes no sense, and when a limit is a wish and when an order. Pure.

import { CgroupError } from './error.ts'
import { bytes, type Limit } from './limit.ts'
import type { MemoryLimit } from './resources.ts'

const warning =
  'Your kernel does not support swap limit capabilities or the cgroup is not mounted. Memory limited without swap.'

/**
 * Twice the memory is what an engine asks for by itself, and "as much as there is" needs no file to hold it: where
 * the kernel does not count swap, these are told and given up, as Docker does. What a user asked for is an order.
 */
export function swapWish({ limit, swap }: MemoryLimit): Pick<Limit, 'wish'> {
  const byDefault = limit !== undefined && swap === 2 * limit
  return byDefault || (swap !== undefined && swap < 0) ? { wish: warning } : {}
}

/** @throws CgroupError if the two numbers cannot both hold */
export function checkSwap({ limit, swap }: MemoryLimit): void {
  if (swap === undefined || swap < 0) return
  if (limit === undefined || limit < 0) {
    throw new CgroupError('A limit on memory and swap together needs a limit on memory as well.')
  }
  if (swap < limit) {
    throw new CgroupError(
      `Memory and swap together (${bytes(swap)}) cannot be less than memory alone (${bytes(limit)}).`,
    )
  }
}
