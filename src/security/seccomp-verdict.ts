// What a filter may say of a call: one word of 32 bits, the action in the upper half and its data in the lower. linux/seccomp.h

import { errnoMessage, errnoName } from '../syscall/errno.ts'
import { type Action, actions } from './seccomp-profile.ts'

/** Those that the compiler needs by itself. */
export const verdicts = { allow: 0x7fff0000, killThread: 0, noSuchCall: 0x00050026 } as const

/** EPERM */
const usualErrno = 1

const words: Readonly<Record<Action, number>> = {
  SCMP_ACT_KILL: 0,
  SCMP_ACT_KILL_THREAD: 0,
  SCMP_ACT_KILL_PROCESS: 0x80000000,
  SCMP_ACT_TRAP: 0x00030000,
  SCMP_ACT_ERRNO: 0x00050000,
  SCMP_ACT_TRACE: 0x7ff00000,
  SCMP_ACT_LOG: 0x7ffc0000,
  SCMP_ACT_ALLOW: 0x7fff0000,
}

/** Do these take a number with them? */
export const hasData = (action: Action) => action === 'SCMP_ACT_ERRNO' || action === 'SCMP_ACT_TRACE'

/** The word for an action. */
export function verdictOf(action: Action, errnoRet = usualErrno): number {
  return hasData(action) ? (words[action] | errnoRet) >>> 0 : words[action]
}

/** The action behind a word, and the number that goes with it; undefined for a word that is none of these. */
function actionOf(verdict: number): { readonly action: Action; readonly data: number } | undefined {
  const upper = (verdict & 0xffff0000) >>> 0
  const known = (Object.keys(actions) as Action[]).find(
    (one) => words[one] === upper && one !== 'SCMP_ACT_KILL',
  )
  return known && { action: known, data: verdict & 0xffff }
}

/** A verdict, for people: `refuse with EPERM (Operation not permitted)`. */
export function verdictWords(verdict: number): string {
  const known = actionOf(verdict)
  if (known === undefined) return `verdict 0x${verdict.toString(16)}`
  const { action, data } = known
  if (action === 'SCMP_ACT_TRACE') return `${actions[action]}, with ${data}`
  if (action !== 'SCMP_ACT_ERRNO') return actions[action]
  return data === 0
    ? 'refuse, but say that it worked'
    : `refuse with ${errnoName(data)} (${errnoMessage(data)})`
}

/** May the call be made? */
export function passes(verdict: number): boolean {
  const action = actionOf(verdict)?.action
  return action === 'SCMP_ACT_ALLOW' || action === 'SCMP_ACT_LOG'
}
