// For the tests of the command line: `gocker` as a person starts it, with a root of the test's own in which the image
// `tiny` lies.

import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect } from 'vitest'
import { changesSince, type HostState } from '../host-state.ts'
import { patience } from '../patience.ts'

export const program = fileURLToPath(new URL('../../src/cli/gocker', import.meta.url))
export const isRoot = process.platform === 'linux' && process.geteuid?.() === 0

export interface Result {
  /** The exit status, or the signal that ended it. */
  readonly status: number | NodeJS.Signals
  readonly stdout: string
  readonly stderr: string
}

export interface Options {
  readonly input?: string | Buffer
  readonly env?: NodeJS.ProcessEnv
  readonly uid?: number
  /** For `stdout` as it is. */
  readonly encoding?: BufferEncoding
}

/** A `gocker` that runs. */
export interface Running {
  readonly process: ChildProcess
  /** What it has written so far. */
  readonly output: () => string
  /** Wait until it has written this. */
  readonly says: (text: string | RegExp) => Promise<void>
  readonly result: Promise<Result>
}

const root = mkdtempSync(join(tmpdir(), 'gocker-test-'))
export const places = {
  root,
  containers: join(root, 'containers'),
  layers: join(root, 'layers'),
}

/** Where gocker would put temporary files, if it had any. */
const temporary = join(root, 'tmp')

const forwarding = '/proc/sys/net/ipv4/ip_forward'

/** To be called in a test file: makes `tiny` before its tests, and takes everything away after them. */
export function useGocker(): void {
  if (!isRoot) {
    rmSync(root, { recursive: true })
    return
  }
  const forwarded = readFileSync(forwarding, 'utf8')
  beforeAll(async () => {
    mkdirSync(temporary)
    const { status, stderr } = await gocker('pull', '-q', 'tiny')
    if (status !== 0) throw new Error(stderr)
    // the first container with a network says that the host forwards packets from now on
    await gocker('run', '--rm', 'tiny', 'true')
  })
  afterAll(async () => {
    const ids = (await gocker('ps', '-aq')).stdout.split('\n').filter(Boolean)
    if (ids.length > 0) await gocker('rm', '-f', ...ids)
    await gocker('system', 'prune', '-f')
    if (readFileSync(forwarding, 'utf8') !== forwarded) writeFileSync(forwarding, forwarded)
    expect(readdirSync(temporary)).toEqual([])
    rmSync(root, { recursive: true, force: true })
  })
}

/** @param through the command line that `gocker` and its words are put behind */
export function start(
  args: readonly string[],
  options: Options & Pick<SpawnOptions, 'stdio'> = {},
  through: readonly string[] = [program],
): Running {
  const { input, env, uid, encoding = 'utf8' } = options
  const child = spawn(through[0]!, [...through.slice(1), ...args], {
    env: { ...process.env, GOCKER_ROOT: root, TMPDIR: temporary, ...env },
    stdio: options.stdio ?? [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    ...(uid === undefined ? {} : { uid, gid: uid }),
  })
  const out: Buffer[] = []
  const err: Buffer[] = []
  child.stdout?.on('data', (bytes) => out.push(bytes))
  child.stderr?.on('data', (bytes) => err.push(bytes))
  if (input !== undefined) child.stdin?.on('error', () => {}).end(input)
  const output = () => Buffer.concat([...out, ...err]).toString('utf8')
  const result = new Promise<Result>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) =>
      resolve({
        status: code ?? signal!,
        stdout: Buffer.concat(out).toString(encoding),
        stderr: Buffer.concat(err).toString('utf8'),
      }),
    )
  })
  const says = (text: string | RegExp) =>
    until(
      () => (typeof text === 'string' ? output().includes(text) : text.test(output())),
      () => `${args.join(' ')} never said ${text}, but: ${output()}`,
    )
  return { process: child, output, says, result }
}

/** `gocker` with these words, to its end. */
export function gocker(...args: string[]): Promise<Result> {
  return start(args).result
}

/** The same with input, environment or user. */
export function gockerWith(options: Options, ...args: string[]): Promise<Result> {
  return start(args, options).result
}

/** What `sh -c script` prints in a new container of `tiny`. */
export async function inside(script: string, ...flags: string[]): Promise<string> {
  const { status, stdout, stderr } = await gocker(
    'run',
    '--rm',
    '--network',
    'none',
    ...flags,
    'tiny',
    'sh',
    '-c',
    script,
  )
  if (status !== 0) throw new Error(`${script}: ${status}\n${stdout}${stderr}`)
  return stdout.trimEnd()
}

/** A container that does nothing until it is removed. */
export async function background(name: string, ...args: string[]): Promise<Running & AsyncDisposable> {
  const running = start([
    'run',
    '--name',
    name,
    ...(args.length > 0 ? args : ['--network', 'none', 'tiny', 'sleep', '1000']),
  ])
  await until(
    () => stateOf(name) !== undefined,
    () => `${name} did not start: ${running.output()}`,
  )
  return {
    ...running,
    [Symbol.asyncDispose]: async () => {
      await gocker('rm', '-f', name)
      await running.result
    },
  }
}

/**
 * What has changed on the host since then. Temporary files are left out: other programs have theirs there, and those
 * of gocker are looked at in the end. So is what other engines do meanwhile.
 */
export function leftSince(before: HostState): Promise<string[]> {
  return changesSince(before, (line) =>
    /^. temporary |libpod|conmon|runc|docker|podman|containers\/storage/.test(line),
  )
}

export interface SeenState {
  readonly id: string
  readonly name: string
  readonly pid?: number
  readonly cgroup: string
  readonly engine: { readonly pid: number }
}

/** What is noted of the container with this name, once it has a process. */
export function stateOf(name: string): SeenState | undefined {
  for (const id of existsSync(places.containers) ? readdirSync(places.containers) : []) {
    try {
      const state = JSON.parse(readFileSync(join(places.containers, id, 'state.json'), 'utf8')) as SeenState
      if (state.name === name && state.pid !== undefined) return state
    } catch {
      // it is being made, or has just gone
    }
  }
  return undefined
}

/** The processes that hold a terminal which a person has left: of `exec -dt`, and of `exec -it` after its detach keys. */
export function terminalHolders(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => isAlive(pid) && commandOf(pid).startsWith('gocker: holds a terminal'))
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}

/** Wait until `done`. */
export async function until(
  done: () => boolean | Promise<boolean>,
  complaint: () => string = () => `it did not happen in ${patience / 1000} s`,
): Promise<void> {
  for (const end = Date.now() + patience; Date.now() < end; ) {
    if (await done()) return
    await setTimeout(20)
  }
  throw new Error(complaint())
}

/** Is there such a process, and has it not ended? */
export function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}
