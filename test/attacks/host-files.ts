// Files of the host, as attacks use them: open, by number, or made by mistake.

import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import * as C from '../../src/syscall/constants.ts'
import { syscall } from '../../src/syscall/syscall.ts'
import { attackProgram, fixedAddress, fixedMemory, numbered } from './calls.ts'
import type { Host } from './host.ts'

/** The command, with the directory of the host open as 3. */
export function openedFile(command: readonly string[], { directory }: Host): string[] {
  return ['sh', '-c', 'exec 3< "$0"; exec "$@"', directory, ...command]
}

/** struct file_handle of a file: what open_by_handle_at(2) takes. */
export function handleOf(path: string): Uint8Array {
  const program = `${path}-handle`
  const size = new Uint8Array(new Uint32Array([64]).buffer)
  const file = syscall('memfd_create', 'x', 0)
  const calls = [
    fixedMemory(),
    // the kernel is told how much room there is in the first word
    file,
    syscall('write', file, size, 4),
    syscall('lseek', file, 0, 0),
    syscall('read', file, fixedAddress, 4),
    numbered(303, 264, C.AT_FDCWD, path, fixedAddress, fixedAddress + 2048, 0),
    syscall('write', 1, fixedAddress, 72),
  ]
  writeFileSync(program, attackProgram(calls), { mode: 0o755 })
  const { stdout } = spawnSync(program)
  return new Uint8Array(stdout.subarray(0, 72))
}
