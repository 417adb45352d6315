// `ps --filter publish=` and `expose=`: PORT, FIRST-LAST, each with or without /PROTOCOL.

import { UserError } from '../container/user-error.ts'

type Fits = (port: number, protocol: string) => boolean

/** @throws UserError in Docker's words */
export function portFilter(key: 'publish' | 'expose', text: string): Fits {
  const [range = '', wanted = 'tcp'] = text.split('/')
  const [first = '', last = first] = range.split('-')
  const wrong = [first, last].find((part) => !/^\d{1,5}$/.test(part) || Number(part) > 65535)
  if (wrong !== undefined)
    throw new UserError(
      `error while looking up for ${key} ${text}: strconv.ParseUint: parsing "${wrong}": ${/^\d+$/.test(wrong) ? 'value out of range' : 'invalid syntax'}`,
    )
  return (port, protocol) => protocol === wanted && port >= Number(first) && port <= Number(last)
}
