// Exercise 01-1: what does a number ask of clone(2)?

/** Flags by name, in the order in which they are shown. linux/sched.h */
export const flags: readonly (readonly [name: string, value: number])[] = [
  ['CLONE_VM', 0x100],
  ['CLONE_FS', 0x200],
  ['CLONE_FILES', 0x400],
  ['CLONE_SIGHAND', 0x800],
  ['CLONE_VFORK', 0x4000],
  ['CLONE_PARENT', 0x8000],
  ['CLONE_THREAD', 0x10000],
  ['CLONE_NEWNS', 0x20000],
  ['CLONE_SYSVSEM', 0x40000],
  ['CLONE_NEWCGROUP', 0x2000000],
  ['CLONE_NEWUTS', 0x4000000],
  ['CLONE_NEWIPC', 0x8000000],
  ['CLONE_NEWUSER', 0x10000000],
  ['CLONE_NEWPID', 0x20000000],
  ['CLONE_NEWNET', 0x40000000],
  ['CLONE_IO', 0x80000000],
]

const SIGCHLD = 17

/**
 * @param value what clone(2) gets as its flags: a whole number, not negative
 * @returns the names that are in it: `CLONE_VM|CLONE_VFORK|SIGCHLD`
 */
export function flagNames(value: number): string {
  const bits = BigInt(value)
  const signal = Number(bits & 0xffn)
  const set = flags.filter(([, flag]) => (bits & BigInt(flag)) !== 0n)
  const rest = set.reduce((left, [, flag]) => left & ~BigInt(flag), bits & ~0xffn)
  const names = [
    ...set.map(([name]) => name),
    ...(rest === 0n ? [] : [`0x${rest.toString(16)}`]),
    ...(signal === 0 ? [] : [signal === SIGCHLD ? 'SIGCHLD' : String(signal)]),
  ]
  return names.join('|') || '0'
}
