// One file of a running container, read from outside: whatever links the container has laid, none leads out of it.

import { closeSync, fstatSync, readSync } from 'node:fs'
import { call } from '../syscall/call.ts'
import * as C from '../syscall/constants.ts'
import { openat, openat2 } from '../syscall/file.ts'
import { allowing } from '../syscall/syscall.ts'

/**
 * The content of `path`, looked up with `root` as the root directory.
 * @param root for a process, `/proc/PID/root`
 * @returns undefined if there is no such file
 * @throws Error if it is no regular file, or has more than `maxBytes` bytes
 */
export function readInside(root: string, path: string, maxBytes: number): Buffer | undefined {
  using opened = new DisposableStack()
  const directory = call(openat(C.AT_FDCWD, root, C.O_PATH | C.O_DIRECTORY | C.O_CLOEXEC))
  opened.defer(() => closeSync(directory))
  // without O_NONBLOCK, to open a fifo would be to wait for whoever writes into it
  const how = C.O_RDONLY | C.O_NONBLOCK | C.O_CLOEXEC
  const fd = call(
    allowing('ENOENT', openat2(directory, path, how, C.RESOLVE_IN_ROOT | C.RESOLVE_NO_MAGICLINKS)),
  )
  if (fd < 0) return undefined
  opened.defer(() => closeSync(fd))
  const stats = fstatSync(fd)
  if (!stats.isFile() || stats.size > maxBytes) {
    throw new Error(`${path} in the container is no regular file of at most ${maxBytes} bytes`)
  }
  const content = Buffer.alloc(stats.size)
  return content.subarray(0, readSync(fd, content, 0, stats.size, 0))
}
