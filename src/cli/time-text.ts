// Points in time, as Docker prints them in its lists.

/**
 * As Go prints a time: `2026-11-27 15:05:22 +0000 UTC`. Docker has the host's zone here, which is mostly UTC; here it is
 * always.
 * @param time as in RFC 3339; what is none comes back as it is
 * @param isExact with the fraction of the second
 */
export function timeText(time: string, isExact = false): string {
  const at = Date.parse(time)
  if (Number.isNaN(at)) return time
  const [day, clock = ''] = new Date(at).toISOString().replace('Z', '').split('T')
  const exact = clock.replace(/\.?0*$/, '')
  return `${day} ${isExact && !clock.endsWith('.000') ? exact : clock.slice(0, 8)} +0000 UTC`
}
