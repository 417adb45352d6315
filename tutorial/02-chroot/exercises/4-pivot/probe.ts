// Runs in a process of its own: makes a jail and a diary outside of it, and starts Mallory's shell in what the learner's calls
// lead to. The host's root is read-only meanwhile, in a mount namespace that ends with the shell.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ask } from '../../../../chapters/ask.ts'
import { escapeCalls } from '../../../../src/rootfs/chroot.ts'
import { makeTiny } from '../../../../src/rootfs/tiny.ts'
import * as C from '../../../../src/syscall/constants.ts'
import { chdir, mount } from '../../../../src/syscall/mount.ts'
import type { Syscall } from '../../../../src/syscall/syscall.ts'
import { report } from '../../../kit.ts'
import { enter } from './exercise.ts'

const home = mkdtempSync(join(tmpdir(), 'gocker-exercise-'))
process.on('exit', () => rmSync(home, { recursive: true, force: true }))
const jail = join(home, 'jail')
mkdirSync(jail)
makeTiny(jail)
const diary = join(home, 'diary')
writeFileSync(diary, 'Dear diary\n')

const careful = () => [
  mount('none', '/', '', C.MS_REC | C.MS_PRIVATE),
  mount(home, home, '', C.MS_BIND),
  mount('none', '/', '', C.MS_REMOUNT | C.MS_BIND | C.MS_RDONLY),
  chdir(home),
]
const mountsOf = (pid: number | 'self') => readFileSync(`/proc/${pid}/mountinfo`, 'utf8')

/** What a shell sees after the calls, and the mounts that it can reach. */
function shell(...then: Syscall[]) {
  const look = `[ -e ${diary} ] && cat ${diary} || echo no diary; pwd; grep -c ID=tiny /etc/os-release; read -r nothing`
  const { inside, outside } = ask(look, {
    flags: C.CLONE_NEWNS,
    calls: [...careful(), ...enter(jail), ...then],
    meanwhile: mountsOf,
  })
  const [found, cwd, tiny] = inside.split('\n')
  return { found, cwd, tiny: tiny === '1', mounts: outside!.trimEnd().split('\n').length }
}

const before = mountsOf('self')
report({ quiet: shell(), escaping: shell(...escapeCalls()), host: mountsOf('self') === before })
