// Whom the program runs as: `--user`, or the image's User, looked up in the image's own /etc/passwd and /etc/group.
// Pure: both files come as text. The rules are Docker's (moby/sys, user). passwd(5), group(5)

export interface ResolvedUser {
  readonly uid: number
  readonly gid: number
  /** All groups, the first one too: without it, a file could be closed to the group alone (CVE-2022-36109). */
  readonly additionalGids: readonly number[]
  /** For HOME. */
  readonly home: string
  /** Undefined for a number that has no line in /etc/passwd. */
  readonly name?: string
}

// what fits a 32-bit number with a sign: beyond it, some programs would see another user (CVE-2024-40635)
const highest = 2 ** 31 - 1

/**
 * The user that `spec` means: nothing (root), a user, or `user:group`, each by name or number. A number needs no line
 * in the files; a name does. With a group in `spec` the user has only that one.
 * @throws Error with Docker's words for a name that is not found or a number out of range
 */
export function resolveUser(
  spec: string,
  passwd: string | undefined,
  group: string | undefined,
): ResolvedUser {
  const colon = spec.indexOf(':')
  const userText = colon === -1 ? spec : spec.slice(0, colon)
  const groupText = colon === -1 ? '' : spec.slice(colon + 1)
  const asked = idOf(userText)
  const wanted = userText === '' ? 0 : asked
  const user = passwdLines(passwd ?? '').find((line) =>
    wanted === undefined ? line.name === userText : line.uid === wanted,
  )
  if (!user && wanted === undefined)
    throw new Error(`unable to find user ${userText}: no matching entries in passwd file`)
  const uid = user?.uid ?? wanted ?? 0
  const groups = groupLines(group ?? '')
  const gid = groupText === '' ? (user?.gid ?? 0) : groupId(groupText, groups)
  const member = groupText === '' && user ? groups.filter((line) => line.members.includes(user.name)) : []
  return {
    uid,
    gid,
    additionalGids: [...new Set([gid, ...member.map((line) => line.gid)])],
    home: user?.home || '/',
    name: user?.name,
  }
}

/** Further groups, each by name or number. @throws Error with Docker's words for a name that is not found */
export function groupIds(texts: readonly string[], group: string | undefined): number[] {
  const groups = groupLines(group ?? '')
  return texts.map((text) => groupId(text, groups))
}

function groupId(text: string, groups: readonly GroupLine[]): number {
  const number = idOf(text)
  const found = groups.find((line) => (number === undefined ? line.name === text : line.gid === number))
  if (found) return found.gid
  if (number === undefined) throw new Error(`unable to find group ${text}: no matching entries in group file`)
  return number
}

/** A number, or undefined if the text is a name. */
function idOf(text: string): number | undefined {
  if (!/^[+-]?\d+$/.test(text)) return undefined
  return inRange(Number(text))
}

function inRange(id: number): number {
  if (id < 0 || id > highest) throw new Error(`uids and gids must be in range 0-${highest}`)
  return id
}

interface PasswdLine {
  readonly name: string
  readonly uid: number
  readonly gid: number
  readonly home: string
}

interface GroupLine {
  readonly name: string
  readonly gid: number
  readonly members: readonly string[]
}

/** name:password:UID:GID:GECOS:directory:shell. A line whose ids are no ids means no one: it must not mean root. */
function passwdLines(text: string): PasswdLine[] {
  return fieldsOf(text).flatMap(([name = '', , uid = '', gid = '', , home = '']) =>
    isId(uid) && isId(gid) ? [{ name, uid: Number(uid), gid: Number(gid), home }] : [],
  )
}

/** name:password:GID:members */
function groupLines(text: string): GroupLine[] {
  return fieldsOf(text).flatMap(([name = '', , gid = '', members = '']) =>
    isId(gid) ? [{ name, gid: Number(gid), members: members === '' ? [] : members.split(',') }] : [],
  )
}

function fieldsOf(text: string): string[][] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(':'))
}

function isId(text: string): boolean {
  return /^\d+$/.test(text) && Number(text) <= highest
}
