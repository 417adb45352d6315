// What the doctor asks, as values: a check has a chapter, a name, and a function that looks. What it looks at comes to
// it as a `Host`, so that most checks are pure; those that try something out leave nothing of it behind.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { release } from 'node:os'

/** `good`; `weak`: containers run, but something will not work; `bad`: no container runs; `unseen`: could not be looked at. */
export type Verdict = 'good' | 'weak' | 'bad' | 'unseen'

export interface Finding {
  readonly verdict: Verdict
  /** What is the case, in a few words. */
  readonly found: string
  /** What to do about it. */
  readonly remedy?: string
  /** The chapters that cannot work with it, if it is bad, and with them what stands on them; without this that of the check. */
  readonly stops?: readonly number[]
}

export interface Check {
  /** The chapter that explains what this is about. */
  readonly chapter: number
  readonly name: string
  readonly check: (host: Host) => Finding
}

/** What can be seen of the machine without changing anything. */
export interface Host {
  readonly platform: string
  readonly arch: string
  /** As `uname -r` */
  readonly release: string
  readonly nodeVersion: string
  /** The effective user; -1 where there is no such thing. */
  readonly uid: number
  readonly env: Readonly<Record<string, string | undefined>>
  readonly terminal: boolean
  /** Now, in milliseconds since 1970. */
  readonly now: number
  /** The text of a file, without blanks at its ends; undefined if it cannot be read. */
  readonly read: (path: string) => string | undefined
  readonly exists: (path: string) => boolean
  /** The names in a directory; none if it cannot be read. */
  readonly list: (path: string) => readonly string[]
}

export const good = (found: string, remedy?: string): Finding => ({ verdict: 'good', found, remedy })
export const weak = (found: string, remedy?: string): Finding => ({ verdict: 'weak', found, remedy })
export const bad = (found: string, remedy?: string, stops?: readonly number[]): Finding => ({
  verdict: 'bad',
  found,
  remedy,
  stops,
})
export const unseen = (found: string): Finding => ({ verdict: 'unseen', found })

/** A check that means something on Linux only. */
export function onLinux(look: Check['check']): Check['check'] {
  return (host) => (host.platform === 'linux' ? look(host) : unseen('there is no Linux to look at'))
}

/** A check that tries something out which only root may do. */
export function asRoot(look: Check['check']): Check['check'] {
  return onLinux((host) => (host.uid === 0 ? look(host) : unseen('only root can try it')))
}

export interface Examined extends Finding {
  readonly chapter: number
  readonly name: string
}

/** Make a check. One that throws has found something bad: its error says what. */
export function examine({ chapter, name, check }: Check, host: Host): Examined {
  try {
    return { chapter, name, ...check(host) }
  } catch (error) {
    const [found, ...remedy] = (error instanceof Error ? error.message : String(error)).split('\n')
    return { chapter, name, ...bad(found ?? '', remedy.join(' ') || undefined) }
  }
}

/** What is for root, and what makes a container: all but the first, for every chapter stands on one of these. */
export const fromTheSecond: readonly number[] = [2, 4]

/** Do containers run here? */
export function allRuns(results: readonly Finding[]): boolean {
  return !results.some(({ verdict }) => verdict === 'bad')
}

/** This machine. */
export function thisHost(): Host {
  return {
    platform: process.platform,
    arch: process.arch,
    release: release(),
    nodeVersion: process.versions.node,
    uid: process.geteuid?.() ?? -1,
    env: process.env,
    terminal: process.stdin.isTTY === true && process.stdout.isTTY === true,
    now: Date.now(),
    read: (path) => orUndefined(() => readFileSync(path, 'utf8').trim()),
    exists: existsSync,
    list: (path) => orUndefined(() => readdirSync(path)) ?? [],
  }
}

function orUndefined<T>(look: () => T): T | undefined {
  try {
    return look()
  } catch {
    return undefined
  }
}
