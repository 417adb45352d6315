// What an attack is: a value. It says what Mallory tries, what stops it, how that is turned off, and how one sees that she got
// through. attacks.test.ts makes each of them; the table in the security chapter is made of the same values.

import type { Spec } from '../../src/container/spec.ts'
import type { Overlay } from '../../src/overlay/mount.ts'
import type { Step } from '../../src/syscall/syscall.ts'
import type { Call } from './calls.ts'
import type { Host } from './host.ts'

/** The list of calls of a container, and how it is started, for a protection that is a part of it. */
export interface Listed {
  readonly steps: readonly Step[]
  readonly spec: Spec
  readonly overlay: Overlay
  readonly host: Host
}

/** Something that stops an attack, and how to do without it. */
export interface Protection {
  readonly layer: string
  /** How it is turned off, in words: a flag where there is one. */
  readonly without: string
  /** Does it on this host? It may depend on a setting. */
  readonly holds?: () => boolean
  /** Flags that turn it on, where it is not on by itself. */
  readonly on?: readonly string[]
  /** Flags that turn it off. */
  readonly off?: readonly string[]
  /**
   * The container without it. A container is plain data: what is not in the data does not happen. Where there is a flag as
   * well, this is for turning off one protection and none of those that the same flag would also turn off.
   */
  readonly spec?: (spec: Spec, host: Host) => Spec
  /** The list is made to its end by the first process itself, without the program in memory that makes its last calls. */
  readonly direct?: boolean
  /** The list of calls without it. */
  readonly steps?: (listed: Listed) => readonly Step[]
}

export interface Seen {
  readonly status: number | string
  readonly stdout: string
  readonly stderr: string
  /** Of each call of the attack, what it came to; a negative number is an errno. */
  readonly results: readonly number[]
}

/** What Mallory runs in her container. */
export type Program =
  | { readonly script: string }
  | { readonly calls: readonly Call[] }
  | { readonly command: readonly string[] }

export interface Stage {
  readonly host: Host
  /** Is this protection turned off? */
  readonly isOff: (protection: Protection) => boolean
  /** Start a container, without whatever is turned off. */
  readonly run: (flags: readonly string[], program: Program, image?: string) => Promise<Seen>
}

export interface Attack {
  readonly name: string
  readonly cve?: string
  /** What Mallory tries, in one sentence. */
  readonly tries: string
  /** Each of them alone stops it; with all of them off it gets through. */
  readonly stoppedBy: readonly Protection[]
  /** What would be left if the first of them were missing, beyond the others. */
  readonly left: string
  /** Where this machine cannot show it: how one sees all the same that the protection is what stops it. */
  readonly shownBy?: string
  /** Why it cannot be tried on this machine, if it cannot. */
  readonly missing?: () => string | false | undefined
  readonly image?: string
  /** Flags of the container, whatever is turned off. */
  readonly flags?: readonly string[] | ((host: Host) => readonly string[])
  /** How the command is started, if not by itself. */
  readonly around?: (command: readonly string[], host: Host) => readonly string[]
  readonly attack: ((host: Host) => Program) | { readonly does: (stage: Stage) => Promise<Seen> }
  /** Did she? */
  readonly gotThrough: (seen: Seen, host: Host) => boolean
}

/** For the type of each. */
export const attacks = (...all: Attack[]): readonly Attack[] => all

/** Most attacks are some calls of which the last one counts. */
export const lastWorked = ({ results }: Seen): boolean => results.length > 0 && results.at(-1)! >= 0

export const says =
  (text: string | RegExp) =>
  ({ stdout }: Seen): boolean =>
    typeof text === 'string' ? stdout.includes(text) : text.test(stdout)
