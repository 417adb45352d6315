// Exercise 11-1: the settings of a terminal, read and changed.

/** Where the four words of flags begin. */
const at = { input: 0, output: 4, control: 8, local: 12 } as const

/** The flags that `words` tells. asm-generic/termbits.h */
const table = [
  ['icrnl', 'input', 0o400],
  ['ixon', 'input', 0o2000],
  ['opost', 'output', 0o1],
  ['onlcr', 'output', 0o4],
  ['isig', 'local', 0o1],
  ['icanon', 'local', 0o2],
  ['echo', 'local', 0o10],
  ['echonl', 'local', 0o100],
] as const

/** Further flags, for raw mode. */
const more = {
  input: { ignbrk: 0o1, brkint: 0o2, parmrk: 0o10, istrip: 0o40, inlcr: 0o100, igncr: 0o200 },
  // csize is two bits wide, and cs8 is its value for eight bits a character
  control: { csize: 0o60, cs8: 0o60, parenb: 0o400 },
  local: { iexten: 0o100000 },
} as const

/** @returns `icrnl ixon opost onlcr isig icanon echo -echonl` */
export function words(settings: Buffer): string {
  // TODO: read the word that a flag is in, and see whether its bit is there.
  throw new Error('TODO: words does not read any flag yet')
}

/** The same settings, but what is typed is not shown. */
export function secret(settings: Buffer): Buffer {
  // TODO: a copy, in which one bit is taken away and one is added.
  throw new Error('TODO: secret does not hide anything yet')
}

/** The same settings, but nothing is done to any byte on its way. */
export function raw(settings: Buffer): Buffer {
  // TODO: cfmakeraw(3), and two special characters.
  throw new Error('TODO: raw does not change anything yet')
}
