// What both engines say, without what must be different each time: ids, times, addresses, and the name of the engine.

import type { Side } from './run-both.ts'

export interface Said {
  readonly stdout: string
  readonly stderr: string
  readonly status: number
}

/** What two engines should agree upon. */
export function essence(said: Said, side: Side): Said {
  return {
    status: said.status,
    stdout: sorted(withoutChance(said.stdout, side)),
    stderr: message(withoutChance(said.stderr, side)),
  }
}

const replacements: readonly (readonly [RegExp, string])[] = [
  [/\bsha256:[0-9a-f]{64}\b/g, '<digest>'],
  [/\b[0-9a-f]{64}\b/g, '<id>'],
  [/\b(?=[0-9a-f]*\d)[0-9a-f]{12}\b/g, '<short id>'],
  [/\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?( ?(Z|[+-]\d\d:?\d\d)( \w+)?)?/g, '<time>'],
  [/\b(About an? (minute|hour)|Less than a second|\d+ (second|minute|hour)s?)( ago)?/g, '<while>$4'],
  [/\b172\.(17|29)\.\d+\.\d+\b/g, '<address>'],
  [/\b02:42(:[0-9a-f]{2}){4}\b/g, '<mac>'],
  // the tables are as wide as the widest cell, and a time has several widths
  [/(<while>( ago)?) {2,}/g, '$1   '],
  [/(CREATED|STATUS) {2,}/g, '$1   '],
]

/** @param side where the engine's data and the files of the command lines are */
function withoutChance(text: string, { root, folder }: Pick<Side, 'root' | 'folder'>): string {
  const named = text
    .replaceAll(root, '<root>')
    .replaceAll(folder, '<folder>')
    .replaceAll(/\bgocker\b/g, 'docker')
    .replaceAll(/\bGocker\b/g, 'Docker')
  const lines = replacements
    .reduce((now, [pattern, to]) => now.replaceAll(pattern, to), named)
    .split('\n')
    .map((line) => line.trimEnd())
  return lines.join('\n').trimEnd()
}

/**
 * The message itself: Docker's client says first whose it is, and at the end where to read more, in words that change
 * from version to version.
 */
function message(text: string): string {
  return (
    text
      .split(/\n\n ?(?=Usage:)/)[0]!
      .replaceAll(/\.$/gm, '')
      .replaceAll(/^"(docker[ \w]*)" (.*?)(exactly )?(?=\d|no\b)/gm, "'$1' $2")
      .replaceAll(/^.*level=error msg=.*\n?/gm, '')
      .replaceAll(
        /(failed to create shim task: )?OCI runtime \w+ failed: |runc create failed: |exec failed: |unable to start container process: |: unknown$/gm,
        '',
      )
      .replaceAll(/^(?:docker: )?(?:Error response from daemon: |Error: )?/gm, '')
      .replaceAll(/^(See|Run) 'docker.*\n?/gm, '')
      // newer versions write small letters where older ones had capitals
      .toLowerCase()
      .trim()
  )
}

/** Does ours say what Docker's says, line by line? What comes in further lines is advice of our own. */
export function isSameMessage(docker: string, ours: string): boolean {
  if (docker === '') return ours === ''
  const left = ours.split('\n')
  return docker.split('\n').every((line) => {
    const at = left.indexOf(line)
    left.splice(0, at + 1)
    return at !== -1
  })
}

/**
 * JSON with its keys in order, and its mounts too: which order they have is nobody's business, and Docker, which keeps
 * mounts in a map of Go, gives them another from time to time.
 */
function sorted(text: string): string {
  return text.replaceAll(/(?<=^|: )[{[].*[}\]]$/gm, (json) => {
    try {
      return JSON.stringify(JSON.parse(json), inOrder)
    } catch {
      return json
    }
  })
}

/** As in `Binds`, and as in `Mounts`. */
const isMount = /^"[^=:]+:\/|^\{"Destination":/

const parse = (json: string): unknown => JSON.parse(json)

function inOrder(_: string, value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item) => JSON.stringify(item, inOrder))
    return value.length > 0 && items.every((item) => isMount.test(item)) ? items.sort().map(parse) : value
  }
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}
