// The way to a directory inside the new root, made where it is missing, step by step.
//
// A link of the image may be followed, since it cannot leave this root; but not one of those in /proc that lead to what
// a process has open: this process still has open what is the host's (CVE-2024-21626). openat2(2), RESOLVE_NO_MAGICLINKS

import * as C from '../syscall/constants.ts'
import { mkdirat, openat2 } from '../syscall/file.ts'
import { allowing, type Fd, type Syscall } from '../syscall/syscall.ts'

/**
 * The calls that open the directory that `parts` lead to from the root.
 * @returns `directory` is the last of them; without any part there is nothing to open
 */
export function walkCalls(parts: readonly string[], make = true): { calls: Syscall[]; directory: Fd } {
  const calls: Syscall[] = []
  let directory: Fd = C.AT_FDCWD
  for (const [i, part] of parts.entries()) {
    const name: string = i === 0 ? `/${part}` : part
    const next = openInside(directory, name)
    if (make) calls.push(allowing('EEXIST', mkdirat(directory, name, 0o755)))
    calls.push(next)
    directory = next
  }
  return { calls, directory }
}

/** Open the directory `name` of `directory`. */
export function openInside(directory: Fd, name: string): Syscall {
  return openat2(directory, name, C.O_PATH | C.O_DIRECTORY | C.O_CLOEXEC, C.RESOLVE_NO_MAGICLINKS)
}

/**
 * Open a file of /proc to write to it, which is that file and nothing else: not what was mounted upon it or above it, and
 * not what a link leads to elsewhere. What is written there has effects: a label, a limit. CVE-2025-52881
 * @param proc the root of a proc that was mounted a moment ago, and held since
 */
export function openInProc(proc: Fd, path: string): Syscall {
  const resolve = C.RESOLVE_BENEATH | C.RESOLVE_NO_XDEV | C.RESOLVE_NO_MAGICLINKS
  return openat2(proc, path, C.O_WRONLY | C.O_CLOEXEC, resolve)
}
