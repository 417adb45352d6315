// node scripts/vm/arm64-check.ts
//
// Does the engine work on this processor? A few lines about clone(), and whole containers: with limits and a network, with the
// filter for system calls, in the background. It is what `npm run test:vm` runs on an emulated arm64 machine, and runs as well
// on any Linux as root. Status 1 if anything is not as it should be.

import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
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

const program = fileURLToPath(new URL('../../src/cli/gocker', import.meta.url))
const gocker = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync('sh', [program, ...args], { encoding: 'utf8' })
  return { status, stdout: stdout.trim(), stderr: stderr.trim() }
}
/** What `sh -c script` does in a container of its own. */
const inside = (script: string, ...flags: string[]) =>
  gocker('run', '--rm', ...flags, 'tiny', 'sh', '-c', script)

/** Is it as it should be? If not, what it is instead is shown. */
function same(found: unknown, expected: unknown): boolean {
  const isSame = isDeepStrictEqual(found, expected)
  if (!isSame) console.log('found   ', found, '\nexpected', expected)
  return isSame
}

const background = 'arm64-check'
const filtered = 'Seccomp:\t2'

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
    const script = 'test $$ = 1 && ip addr show eth0 | grep -q 172.29 && uname -m && exit 42'
    const { status, stdout } = inside(script, '-m', '64m', '--pids-limit', '20')
    return same([status, stdout], [42, process.arch === 'arm64' ? 'aarch64' : 'x86_64'])
  },
  // it needs no right in the kernel, so it is the filter that refuses it
  'the filter is on, and refuses what the profile does not allow': () => {
    const script = 'grep Seccomp: /proc/self/status; unshare --user true 2>&1'
    const { status, stdout } = inside(script, '--network', 'none')
    return same(
      [status, stdout.split('\n')],
      [1, [filtered, 'unshare: unshare failed: Operation not permitted']],
    )
  },
  'without the filter the same call is allowed': () => {
    const script = 'grep Seccomp: /proc/self/status; unshare --user true'
    const { status, stdout } = inside(script, '--network', 'none', '--security-opt', 'seccomp=unconfined')
    return same([status, stdout], [0, 'Seccomp:\t0'])
  },
  'a container in the background, with an init': () => {
    const script = 'echo said; echo complained >&2; exec sleep 1000'
    const { status } = gocker('run', '-d', '--init', '--name', background, 'tiny', 'sh', '-c', script)
    return same(status, 0)
  },
  'a further program in it, with the same filter': () => {
    const script = 'cat /proc/1/comm; grep Seccomp: /proc/self/status; exit 7'
    const { status, stdout } = gocker('exec', background, 'sh', '-c', script)
    return same([status, stdout.split('\n')], [7, ['gocker-init', filtered]])
  },
  'it is stopped': () => {
    const { status } = gocker('stop', background)
    const ended = gocker('inspect', '--format', '{{.State.Status}} {{.State.ExitCode}}', background)
    return same([status, ended.stdout], [0, 'exited 143'])
  },
  'what it said is in its log': () => {
    const { stdout, stderr } = gocker('logs', background)
    return same([stdout, stderr], ['said', 'complained'])
  },
  'and it is removed': () => same(gocker('rm', background).status, 0),
}

let failed = 0
for (const [name, check] of Object.entries(checks)) {
  const right = check()
  console.log(`${right ? 'ok     ' : 'FAILED '} ${name}`)
  if (!right) failed++
}
console.log(`\n${Object.keys(checks).length - failed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
