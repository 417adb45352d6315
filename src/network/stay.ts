// Bridges stay while cables are hung on them, and whoever takes a bridge away looks and acts without anybody coming in
// between. Bridges belong to a network namespace and not to a root of gocker, and so does the lock: it is on the file
// that the namespace is. network_namespaces(7)

import { whileLocked } from '../syscall/lock.ts'

/** Each thread has its own: not /proc/self. */
const namespace = '/proc/thread-self/ns/net'

/** No bridge and no rules are taken away meanwhile. Any number may do so at once. */
export function whileBridgesStay<T>(work: () => T): T {
  return whileLocked(namespace, work, { shared: true })
}

/** Nobody is on the way to a bridge meanwhile. */
export function whileBridgesGo<T>(work: () => T): T {
  return whileLocked(namespace, work)
}
