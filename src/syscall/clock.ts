// The clock for how long something lasts. Date.now() is what a calendar and a clock on the wall say: it jumps when somebody
// sets them, or when the machine asks another one for the time.

/**
 * Whole milliseconds since the machine was started: CLOCK_MONOTONIC, the same for all processes, and nobody can set it.
 * clock_gettime(2)
 */
export function now(): number {
  return Number(process.hrtime.bigint() / 1_000_000n)
}
