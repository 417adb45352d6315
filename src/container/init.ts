// `--init`: process 1 is a program of a few hundred bytes (init-code.ts), and the container's own program is its child. It lies
// in memory and has no name in any directory, so an image cannot replace it, and needs nothing in the image.

import * as C from '../syscall/constants.ts'
import { ioctl, write } from '../syscall/file.ts'
import { arch } from '../syscall/numbers.ts'
import { trying } from '../syscall/outcome.ts'
import { exit_group, setpgid, sigprocmask } from '../syscall/process.ts'
import { initProgramOf } from '../syscall/program.ts'
import { programFile } from '../syscall/program-file.ts'
import { named, type Syscall } from '../syscall/syscall.ts'
import type { Process, Spec } from './spec.ts'
import { NOT_FOUND } from './user-error.ts'

/** The runtime specification has no word for it, but room for words of one's own. config.md, "Annotations" */
export const initAnnotation = 'gocker.init'

export function wantsInit({ annotations }: Spec): boolean {
  return annotations?.[initAnnotation] === 'true'
}

/** As ps(1) shows process 1: its name, and its command line, which names the program as docker-init's does. */
const initName = 'gocker-init'

export function initArguments({ args }: Process): string[] {
  return [initName, '--', ...args]
}

/** A descriptor of the init for this program. @param execs the places to try it in */
export function openInit({ args }: Pick<Process, 'args'>, execs: readonly Syscall[]): number {
  return programFile(initName, initProgramOf(initName, childCalls(args[0]!, execs), arch))
}

/** In a new PID namespace, the first child of process 1 is always this. */
const firstChild = new Uint8Array(new Int32Array([2]).buffer)

/** What the child of the init does. */
function childCalls(program: string, execs: readonly Syscall[]): Syscall[] {
  const complaint = `exec: "${program}": executable file not found in $PATH\n`
  return [
    // a group of its own, before the terminal: Ctrl-C is for it, and does not come a second time through the init
    setpgid(0, 0),
    // without a terminal there is nothing to be before; a signal for asking (SIGTTOU) is still blocked
    trying(ioctl(0, C.TIOCSPGRP, named('[2]', firstChild))),
    sigprocmask(C.SIG_SETMASK, 0n),
    // an exec without a slash is tried in many places, and one with it may fail for many reasons: the init cannot tell
    ...execs.map(trying),
    trying(write(2, complaint)),
    exit_group(NOT_FOUND),
  ]
}
