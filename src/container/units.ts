// Sizes and numbers as people write them on a command line.

import { UserError } from './user-error.ts'

const factors: Record<string, number> = {
  '': 1,
  b: 1,
  k: 2 ** 10,
  m: 2 ** 20,
  g: 2 ** 30,
  t: 2 ** 40,
  p: 2 ** 50,
}

/** Bytes out of `64m`, `1.5g`, `4096`; -1 stays -1. As Docker's units.RAMInBytes. */
export function bytes(text: string): number {
  if (text === '-1') return -1
  const match = /^(\d+(?:\.\d+)?)\s?([kmgtp]?)(?:i?b)?$/i.exec(text)
  if (!match) throw new UserError(`invalid size: '${text}'\nWrite a number and a unit, as 64m or 1g.`, 125)
  return Math.floor(Number(match[1]) * factors[match[2]!.toLowerCase()]!)
}

/**
 * `12.34MB`, in powers of ten: as Docker's units.HumanSize.
 * @param digits how many count; `docker images` shows 3
 */
export function humanSize(size: number, digits = 4): string {
  return scaled(size, 1000, ['B', 'kB', 'MB', 'GB', 'TB', 'PB'], digits)
}

/** `64MiB`, in powers of two: as Docker's units.BytesSize. */
export function binarySize(size: number): string {
  return scaled(size, 1024, ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'], 4)
}

/** In the largest unit of which there is a whole one. */
function scaled(size: number, step: number, names: readonly string[], digits: number): string {
  const unit =
    size < step ? 0 : Math.min(Math.floor(Math.log(size) / Math.log(step) + 1e-9), names.length - 1)
  return `${Number((size / step ** unit).toPrecision(digits))}${names[unit]}`
}

const minute = 60
const hour = 60 * minute

/** `About a minute`, `3 weeks`: as Docker's units.HumanDuration. */
export function humanDuration(seconds: number): string {
  if (seconds < 1) return 'Less than a second'
  if (seconds < 2) return '1 second'
  if (seconds < minute) return `${Math.floor(seconds)} seconds`
  if (seconds < 2 * minute) return 'About a minute'
  if (seconds < hour) return `${Math.floor(seconds / minute)} minutes`
  const hours = Math.round(seconds / hour)
  if (hours <= 1) return 'About an hour'
  if (hours < 48) return `${hours} hours`
  const days = Math.floor(hours / 24)
  if (days < 7 * 2) return `${days} days`
  if (days < 30 * 2) return `${Math.floor(days / 7)} weeks`
  if (days < 365 * 2) return `${Math.floor(days / 30)} months`
  return `${Math.floor(days / 365)} years`
}
