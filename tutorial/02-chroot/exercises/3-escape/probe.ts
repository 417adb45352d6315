// Runs in a process of its own: makes a jail and a diary outside of it, starts a shell after the learner's calls, and reports
// what that shell has found. The host's root is read-only meanwhile, in a mount namespace that ends with the shell.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { outputOf } from '../../../../chapters/ask.ts'
import { makeTiny } from '../../../../src/rootfs/tiny.ts'
import * as C from '../../../../src/syscall/constants.ts'
import { SyscallError } from '../../../../src/syscall/error.ts'
import { chdir, chroot, mount } from '../../../../src/syscall/mount.ts'
import { execve } from '../../../../src/syscall/process.ts'
import { report } from '../../../kit.ts'
import { breakOut } from './exercise.ts'

const home = mkdtempSync(join(tmpdir(), 'gocker-exercise-'))
process.on('exit', () => rmSync(home, { recursive: true, force: true }))
const jail = join(home, ...Array.from({ length: 20 }, (_, i) => String(i)), 'jail')
mkdirSync(jail, { recursive: true })
makeTiny(jail)
const diary = join(home, 'diary')
writeFileSync(diary, 'Dear diary\n')

const careful = [
  mount('none', '/', '', C.MS_REC | C.MS_PRIVATE),
  mount(home, home, '', C.MS_BIND),
  mount('none', '/', '', C.MS_REMOUNT | C.MS_BIND | C.MS_RDONLY),
]
const shutIn = () => [chroot(jail), chdir('/')]
const look = `if [ -e ${diary} ]; then cat ${diary}; else echo still in the jail; fi`

function attempt(): string {
  const program = execve('/bin/sh', ['sh', '-c', look], ['PATH=/usr/sbin:/usr/bin:/sbin:/bin'])
  try {
    return outputOf(C.CLONE_NEWNS, [
      ...careful.map((call) => ({ ...call })),
      ...shutIn(),
      ...breakOut(),
      program,
    ]).trim()
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error
    if (error.call !== program) return error.message.split('\n')[0]!
    return 'there is no /bin/sh: the root is some other directory now, neither the jail nor the host'
  }
}

report({ first: attempt(), again: attempt() })
