// perform(steps): make a list of calls in this process, one after the other. The same list that `--explain` prints.

import { call } from './call.ts'
import { type Arg, isSyscall, type Step, type Syscall } from './syscall.ts'

/** The results of the calls that were made, by the call. */
export type Results = (made: Syscall) => number

/**
 * Make the calls in order. An argument that is an earlier call of the list stands for its result.
 * @throws SyscallError at the first call that fails; what was made before it stays
 */
export function perform(steps: readonly Step[]): Results {
  const results = new Map<Syscall, number>()
  const resultOf: Results = (made) => {
    const result = results.get(made)
    if (result === undefined) throw new Error(`${made.name} is used before it is made`)
    return result
  }
  const settled = (arg: Arg): Arg => (isSyscall(arg) ? resultOf(arg) : arg)
  for (const { call: x } of steps) results.set(x, call({ ...x, args: x.args.map(settled) }))
  return resultOf
}
