// What a plan needs to know of this machine: descriptors and names that the parent has ready for the child.

import type { Filter } from '../security/seccomp.ts'
import type { Fd } from '../syscall/syscall.ts'

/** What the parent has opened for the child before it starts; names in their place when the list is only printed. */
export interface Handles {
  /** The network namespace to join; without it the network is the host's. */
  readonly netns?: Fd
  /** The user namespace, and those namespaces that belong to it; without it the container's root is the host's. */
  readonly users?: Users
  /** The sources of bind mounts, by destination. */
  readonly binds: ReadonlyMap<string, Fd>
  /** Those of them that are no directories. */
  readonly files: ReadonlySet<string>
  /** What becomes 0, 1 and 2; -1 leaves the parent's own in place. */
  readonly stdio: readonly [Fd, Fd, Fd]
  /** With a terminal: the file system that it is in. */
  readonly devpts?: Fd
  /** This descriptor becomes /proc, for whoever makes the last calls: it then sets what a policy is to hold. */
  readonly policyAt?: number
  /** The program that is process 1, if that is not the container's own. */
  readonly init?: Fd
  /** The filter that `linux.seccomp` comes to, if it is at hand; else it is made. */
  readonly filter?: Filter
  /** The descriptors that are pipes of ours, and shall belong to the container's user. */
  readonly pipes: readonly (0 | 1 | 2)[]
}

export interface Users {
  readonly user?: Fd
  readonly ipc?: Fd
  readonly uts?: Fd
}
