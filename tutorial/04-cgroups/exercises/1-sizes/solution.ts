// Exercise 04-1: from what people type to what the kernel reads.

const factors: Readonly<Record<string, number>> = { '': 1, b: 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 }

/**
 * @param text `64m`, `1.5g`, `4096`
 * @returns bytes
 * @throws Error for what is no size
 */
export function bytesOf(text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(b|[kmg]?(?:i?b)?)$/i.exec(text) ?? []
  if (number === undefined || unit === undefined) throw new Error(`"${text}" is no size: write 64m, or 1.5g`)
  return Math.floor(Number(number) * factors[unit.toLowerCase().slice(0, 1)]!)
}

const period = 100_000

/**
 * @param version of control groups
 * @param cpus `0.5`, `2`, `.25`
 * @returns the files to write, by their names, and what into each
 * @throws Error for what is no number of processors, or too little of one
 */
export function cpuFilesOf(version: 1 | 2, cpus: string): Record<string, string> {
  if (!/^\d*\.?\d+$/.test(cpus)) throw new Error(`"${cpus}" is no number of processors`)
  const quota = Math.round(Number(cpus) * period)
  if (quota < 1000) throw new Error(`${cpus} of a processor is less than the kernel can measure out`)
  return version === 2
    ? { 'cpu.max': `${quota} ${period}` }
    : { 'cpu.cfs_period_us': `${period}`, 'cpu.cfs_quota_us': `${quota}` }
}
