// Runs in a process of its own and plays the host: it has copies of the mounts and of the name, and makes all mounts
// shared, as systemd does. Whatever gets out of the container gets out to here, and goes with this process.

import { existsSync, openSync, readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { ask } from '../../../../chapters/ask.ts'
import { call } from '../../../../src/syscall/call.ts'
import * as C from '../../../../src/syscall/constants.ts'
import { mount } from '../../../../src/syscall/mount.ts'
import { prctl, sethostname, unshare } from '../../../../src/syscall/process.ts'
import { report } from '../../../kit.ts'
import { container } from './exercise.ts'

call(unshare(C.CLONE_NEWNS | C.CLONE_NEWUTS | C.CLONE_NEWIPC))
call(mount('none', '/', '', C.MS_REC | C.MS_PRIVATE))
call(mount('none', '/', '', C.MS_REC | C.MS_SHARED))
call(sethostname('host'))

// both are open from the start, for afterwards there may be another /proc
const [before, after] = [openSync('/proc/self/mounts', 'r'), openSync('/proc/self/mounts', 'r')]
const mounts = readFileSync(before, 'utf8')

const look = `
echo "number $$"
echo "name $(uname -n)"
cd /proc
set -- [0-9]*
echo "processes $#"
echo "proc $(grep '^[^ ]* /proc proc ' self/mounts | tail -n 1)"`

const made = container('alice')
if (!Array.isArray(made?.calls))
  throw new Error('container() returns an object with `flags` and `calls`, and calls is a list')
const calls = [...made.calls, prctl(C.PR_SET_PDEATHSIG, C.SIGKILL)]
const { inside } = ask(look, { flags: made.flags, calls })
const line = (key: string) => new RegExp(`^${key} (.*)$`, 'm').exec(inside)?.[1] ?? ''

report({
  number: line('number'),
  processes: line('processes'),
  name: line('name'),
  options: line('proc').split(' ')[3]?.split(',') ?? [],
  hostMounts: readFileSync(after, 'utf8') === mounts,
  hostProc: existsSync(`/proc/${process.pid}/stat`),
  hostName: hostname(),
})
