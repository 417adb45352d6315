// Exercise 02-1: what does a line of /proc/PID/mountinfo say?

export interface Mount {
  readonly id: number
  /** The mount that it hangs on. */
  readonly parent: number
  /** Which directory of its file system it shows: `/` for all of it. */
  readonly shows: string
  /** Where it is mounted. */
  readonly at: string
  /** The number behind `shared:`, if there is one. */
  readonly shared?: number
  /** `ext4` */
  readonly type: string
  /** `/dev/sda1` */
  readonly source: string
}

/** @throws Error if it is no line of mountinfo */
export function parseMount(line: string): Mount {
  const fields = line.split(' ')
  const [id, parent, , shows, at] = fields
  const separator = fields.indexOf('-', 6)
  const [, type, source] = fields.slice(separator)
  if (separator < 0 || shows === undefined || at === undefined || type === undefined || source === undefined)
    throw new Error(`"${line}" is no line of mountinfo`)
  const shared = fields.slice(6, separator).find((field) => field.startsWith('shared:'))
  return {
    id: Number(id),
    parent: Number(parent),
    shows: plain(shows),
    at: plain(at),
    ...(shared && { shared: Number(shared.slice('shared:'.length)) }),
    type: plain(type),
    source: plain(source),
  }
}

/** `/srv/two\040words` is the path of a directory with a space in its name. */
function plain(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)))
}
