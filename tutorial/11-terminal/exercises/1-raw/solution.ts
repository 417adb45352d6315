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

type Place = keyof typeof at

const bit = new Map(table.map(([name, , value]) => [name, value]))
const bits = (...names: (typeof table)[number][0][]) => names.reduce((sum, name) => sum | bit.get(name)!, 0)
const all = (flags: Readonly<Record<string, number>>) =>
  Object.values(flags).reduce((sum, one) => sum | one, 0)

/** @returns `icrnl ixon opost onlcr isig icanon echo -echonl` */
export function words(settings: Buffer): string {
  return table
    .map(([name, place, value]) => (settings.readUInt32LE(at[place]) & value ? name : `-${name}`))
    .join(' ')
}

/** The same settings, but what is typed is not shown. */
export function secret(settings: Buffer): Buffer {
  return changed(settings, 'local', bits('echo'), bits('echonl'))
}

/** The same settings, but nothing is done to any byte on its way. */
export function raw(settings: Buffer): Buffer {
  let result = changed(settings, 'input', all(more.input) | bits('icrnl', 'ixon'))
  result = changed(result, 'output', bits('opost'))
  result = changed(result, 'control', more.control.csize | more.control.parenb, more.control.cs8)
  result = changed(result, 'local', bits('isig', 'icanon', 'echo', 'echonl') | more.local.iexten)
  const characters = 17
  result[characters + 6] = 1
  result[characters + 5] = 0
  return result
}

/** A copy without some bits of one word, and with others. */
function changed(settings: Buffer, place: Place, without: number, and = 0): Buffer {
  const copy = Buffer.from(settings)
  // >>> 0: in JavaScript, & and | give numbers with a sign
  copy.writeUInt32LE(((copy.readUInt32LE(at[place]) & ~without) | and) >>> 0, at[place])
  return copy
}
