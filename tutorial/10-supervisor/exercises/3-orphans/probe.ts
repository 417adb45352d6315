// Runs in a process of its own: starts a small family of processes, and reports what is said of their ends.

import { readdirSync, readFileSync } from 'node:fs'
import { attempt, call } from '../../../../src/syscall/call.ts'
import { clone } from '../../../../src/syscall/clone.ts'
import * as C from '../../../../src/syscall/constants.ts'
import { execve, kill } from '../../../../src/syscall/process.ts'
import { syscall } from '../../../../src/syscall/syscall.ts'
import { report } from '../../../kit.ts'
import { exitCodesOf } from './exercise.ts'

const PR_GET_CHILD_SUBREAPER = 37

const family = `
sh -c 'sleep 0.2; exit 3' &
sh -c 'sleep 0.1; kill -9 $$' &
sh -c "sh -c 'sleep 0.3; exit 4' & exit 6" &
exit 5`

let first = 0
const start = () => {
  first = clone(0, [execve('/bin/sh', ['sh', '-c', family], ['PATH=/usr/sbin:/usr/bin:/sbin:/bin'])])
  return first
}

const codes = exitCodesOf(start)
if (!(codes instanceof Map)) throw new Error('exitCodesOf returns a Map, from process ids to exit codes')
const afterwards = isSubreaper()
try {
  exitCodesOf(() => {
    throw new Error('nobody starts')
  })
} catch (error) {
  if ((error as Error).message !== 'nobody starts') throw error
}
const left = children()
for (const pid of left) attempt(kill(pid, C.SIGKILL))
report({
  codes: [...codes.values()].toSorted((a, b) => a - b),
  first: codes.get(first),
  left: left.length,
  afterwards,
  afterError: isSubreaper(),
})

function isSubreaper(): boolean {
  const answer = new Int32Array(1)
  call(syscall('prctl', PR_GET_CHILD_SUBREAPER, new Uint8Array(answer.buffer), 0, 0, 0))
  return answer[0] === 1
}

function children(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return new RegExp(`^PPid:\\s*${process.pid}$`, 'm').test(readFileSync(`/proc/${pid}/status`, 'utf8'))
      } catch {
        return false
      }
    })
}
