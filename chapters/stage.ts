// The stage on which chapters do harm: this process takes copies of the host's lists of mounts, names and message
// queues, and plays the host with them. The real ones stay as they are, whatever happens; the copies go with the process.

import { readlink } from 'node:fs/promises'
import { privateSteps } from '../src/rootfs/pivot-root.ts'
import { call } from '../src/syscall/call.ts'
import * as C from '../src/syscall/constants.ts'
import { unshare } from '../src/syscall/process.ts'
import type { Narrator } from './narrator.ts'

let onStage = false

/** Go on stage, once. From here on, only synchronous functions of node:fs see what the chapter sees. */
export async function stage(tell: Narrator): Promise<void> {
  if (onStage) return
  onStage = true
  // the threads that work for promises start at their first work: let it be now, so that they stay with the real host
  await readlink('/proc/thread-self/ns/mnt')
  tell.say('This chapter does harm to its host. So it plays the host itself, with copies of the real lists:')
  call(unshare(C.CLONE_NEWNS | C.CLONE_NEWUTS | C.CLONE_NEWIPC))
  for (const { call: x } of privateSteps()) call(x)
}
