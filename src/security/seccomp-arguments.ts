// Conditions on the arguments of calls, in classic BPF: its register has 32 bits, and an argument 64. Pure.
// seccomp_rule_add(3) says what the comparisons mean.

import { type Assembler, argumentOffset, code, type Place } from './bpf.ts'
import type { Abi } from './call-numbers.ts'
import type { Condition } from './seccomp-profile.ts'

/** Without those that always hold. */
export function meaningful(conditions: readonly Condition[], abi: Abi): readonly Condition[] {
  return conditions.filter(
    ({ op, value }) => op !== 'SCMP_CMP_MASKED_EQ' || low(value) !== 0 || (isWide(abi) && high(value) !== 0),
  )
}

/** Do its programs pass arguments of 64 bits? */
export const isWide = (abi: Abi) => abi === 'x86-64' || abi === 'arm64'

const low = (value: number | bigint) => Number(BigInt(value) & 0xffffffffn)
const high = (value: number | bigint) => Number(BigInt(value) >> 32n)

/** One condition on one argument: on to `yes` or to `no`. 64 bits are looked at in halves, the high one first. */
export function testSteps(put: Assembler, condition: Condition, wide: boolean, yes: Place, no: Place): Place {
  const { index, op, value, valueTwo = 0 } = condition
  const load = (half: 'low' | 'high', then: Place) => put.load(argumentOffset(index, half), then)
  /** Is the half, seen through the mask, this? */
  const same = (half: 'low' | 'high', mask: number, wanted: number, yes: Place): Place => {
    if (mask === 0) return yes
    const test = put.branch(code.equal, (wanted & mask) >>> 0, yes, no)
    return load(half, mask === 0xffffffff ? test : put.and(mask, test))
  }
  /** Is the argument above the value, or also if it is the same? */
  const above = (test: number, yes: Place, no: Place): Place => {
    const lower = load('low', put.branch(test, low(value), yes, no))
    if (!wide) return lower
    const equal = put.branch(code.equal, high(value), lower, no)
    return load('high', put.branch(code.greater, high(value), yes, equal))
  }
  switch (op) {
    case 'SCMP_CMP_GT':
      return above(code.greater, yes, no)
    case 'SCMP_CMP_GE':
      return above(code.atLeast, yes, no)
    case 'SCMP_CMP_LT':
      return above(code.atLeast, no, yes)
    case 'SCMP_CMP_LE':
      return above(code.greater, no, yes)
    case 'SCMP_CMP_MASKED_EQ': {
      const lower = same('low', low(value), low(valueTwo), yes)
      return wide ? same('high', high(value), high(valueTwo), lower) : lower
    }
    case 'SCMP_CMP_EQ': {
      const lower = same('low', 0xffffffff, low(value), yes)
      return wide ? same('high', 0xffffffff, high(value), lower) : lower
    }
    case 'SCMP_CMP_NE': {
      const lower = load('low', put.branch(code.equal, low(value), no, yes))
      return wide ? load('high', put.branch(code.equal, high(value), lower, yes)) : lower
    }
  }
}
