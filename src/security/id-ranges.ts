// Which users of the host a container's users are: the ranges that /etc/subuid and /etc/subgid give to somebody, one behind
// the other, from the container's 0 on. As dockerd does for --userns-remap. Pure: the files come as text. subuid(5)

import type { IdMaps } from '../namespaces/owned.ts'
import type { IdMapping } from '../namespaces/user.ts'

export interface IdFiles {
  readonly passwd: string | undefined
  readonly group: string | undefined
  readonly subuid: string | undefined
  readonly subgid: string | undefined
}

/** The user that `default` means, if there is one: dockerd makes it. */
const usualUser = 'dockremap'

/**
 * What `default` means without that user: 65,536 ids of a range that nobody gives out. 100000 and above are for
 * subuid(5), up to 1,879,048,191 for systemd-nspawn. https://systemd.io/UIDS-GIDS
 */
export const usualRange = { containerID: 0, hostID: 1_879_048_192, size: 65_536 } as const

/** Of an image, 65534 is `nobody`, so with less than this there are files whose owner has no number. */
const leastIds = 65_536
const mostIds = 2 ** 32 - 1

/**
 * @param setting `default`, `USER[:GROUP]` or `UID[:GID]`
 * @throws Error if there is no such user, or nothing is given to it, or too little
 */
export function idRanges(setting: string, files: IdFiles): IdMaps {
  const [user = '', group, more] = setting === 'default' ? [usualUser] : setting.split(':')
  if (user === '' || group === '' || more !== undefined)
    throw new Error(`invalid user namespace remap: "${setting}": it is default, USER[:GROUP] or UID[:GID]`)
  const isNowhere = nameOf(user, files.passwd) === undefined && rangesOf(user, files.subuid).length === 0
  if (setting === 'default' && isNowhere) return { uid: [usualRange], gid: [usualRange] }
  return {
    uid: mappings('uid', '/etc/subuid', 'user', user, files.passwd, files.subuid),
    gid: mappings(
      'gid',
      '/etc/subgid',
      'group',
      group ?? user,
      group === undefined ? files.passwd : files.group,
      files.subgid,
    ),
  }
}

function mappings(
  kind: 'uid' | 'gid',
  path: string,
  what: string,
  who: string,
  names: string | undefined,
  text: string | undefined,
): IdMapping[] {
  const name = nameOf(who, names)
  const given = [...new Set([who, ...(name ?? [])])].flatMap((one) => rangesOf(one, text))
  if (given.length === 0) {
    const known = name === undefined ? `There is no ${what} "${who}" on this host. ` : ''
    throw new Error(
      `Can't create ID mappings: No sub${kind} ranges found for ${what} "${who}" in ${path}\n` +
        `${known}A line for it looks like this: ${who}:100000:${leastIds}`,
    )
  }
  const size = given.reduce((sum, range) => sum + range.size, 0)
  if (size < leastIds)
    throw new Error(
      `Can't create ID mappings: ${path} gives ${size} ids to ${what} "${who}", and a container needs ${leastIds}\n` +
        `Make its line larger: ${who}:${given[0]!.hostID}:${leastIds}`,
    )
  let containerID = 0
  return given.map(({ hostID, size: ids }) => {
    const one = { containerID, hostID, size: ids }
    containerID += ids
    return one
  })
}

/** The name and the number of somebody in /etc/passwd or /etc/group, given either. */
function nameOf(who: string, text = ''): readonly [string, string] | undefined {
  for (const line of text.split('\n')) {
    const [name = '', , id = ''] = line.split(':')
    if (name !== '' && (name === who || id === who)) return [name, id]
  }
  return undefined
}

/** name-or-number:first:count. @throws Error for a range that is damaged, or contains the host's root */
function rangesOf(who: string, text = ''): { hostID: number; size: number }[] {
  return text
    .split('\n')
    .map((line) => line.trim().split(':'))
    .filter(([name]) => name === who && who !== '')
    .map(([, first = '', count = '']) => {
      const [hostID, size] = [Number(first), Number(count)]
      const isRange = /^\d+$/.test(first) && /^\d+$/.test(count) && size > 0 && hostID + size <= mostIds
      if (!isRange)
        throw new Error(`${who}:${first}:${count} is no range of ids. subuid(5): name:first:count`)
      // root of the container would be root of the host, which is what all of this is to prevent
      if (hostID === 0) throw new Error(`${who}:${first}:${count} contains 0, the root of this host`)
      return { hostID, size }
    })
}
