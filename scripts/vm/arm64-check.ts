// node scripts/vm/arm64-check.ts
//
// Does the engine work on this processor? A few lines about clone() and one whole container. It is what `npm run test:vm`
// runs on an emulated arm64 machine, and runs as well on any Linux as root. Status 1 if anything is not as it should be.

import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { rootIs, writeIdMaps } from '../../src/namespaces/user.ts'
import { clone } from '../../src/syscall/clone.ts'
import * as C from '../../src/syscall/constants.ts'
import { failedWith } from '../../src/syscall/error.ts'
import { mkdirat } from '../../src/syscall/file.ts'
import { chdir } from '../../src/syscall/mount.ts'
import { execve, exit_group, sethostname } from '../../src/syscall/process.ts'
import { allowing, syscall } from '../../src/syscall/syscall.ts'
import { observe } from '../../src/syscall/trace.ts'
import { exitCode, waitNow } from '../../src/syscall/wait.ts'

const endOf = (pid: number) => exitCode(waitNow(pid))
const shell = (script: string) =>
  execve('/bin/sh', ['sh', '-c', script], ['PATH=/usr/sbin:/usr/bin:/sbin:/bin'])

const checks: Readonly<Record<string, () => boolean>> = {
  'the result of a call in the child comes back': () => {
    let parent = 0
    observe(({ call, result }) => {
      if (call.name === 'getppid') parent = result
    })
    const status = endOf(clone(0, [syscall('getppid'), exit_group(5)]))
    observe()
    return status === 5 && parent === process.pid
  },
  'an error in the child has the name of its call': () => {
    try {
      clone(0, [chdir('/'), chdir('/nowhere'), exit_group(0)])
      return false
    } catch (error) {
      return failedWith(error, 'ENOENT') && error.message.startsWith('chdir("/nowhere")')
    }
  },
  'an error that is allowed is none': () =>
    endOf(clone(0, [allowing('EEXIST', mkdirat(C.AT_FDCWD, '/tmp', 0o755)), exit_group(4)])) === 4,
  'id maps are written while the child waits': () => {
    const asRoot = shell('test "$(id -u)" = 0 && test "$(hostname)" = inside')
    const atGate = (pid: number) => writeIdMaps(pid, rootIs(process.geteuid!()), rootIs(process.getegid!()))
    return endOf(clone(C.CLONE_NEWUSER | C.CLONE_NEWUTS, [sethostname('inside'), asRoot], { atGate })) === 0
  },
  'fifty programs, one after the other': () =>
    Array.from({ length: 50 }, (_, i) => endOf(clone(0, [shell(`exit ${i}`)]))).every(
      (status, i) => status === i,
    ),
  'a whole container, with limits and a network': () => {
    const gocker = fileURLToPath(new URL('../../src/cli/gocker', import.meta.url))
    const inside = 'test $$ = 1 && ip addr show eth0 | grep -q 172.29 && uname -m && exit 42'
    const args = [gocker, 'run', '--rm', '-m', '64m', '--pids-limit', '20', 'tiny', 'sh', '-c', inside]
    const { status, stdout } = spawnSync('sh', args, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    return status === 42 && stdout.trim() === (process.arch === 'arm64' ? 'aarch64' : 'x86_64')
  },
}

let failed = 0
for (const [name, check] of Object.entries(checks)) {
  const right = check()
  console.log(`${right ? 'ok     ' : 'FAILED '} ${name}`)
  if (!right) failed++
}
console.log(`\n${Object.keys(checks).length - failed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
