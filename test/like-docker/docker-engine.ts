// Docker's engine for a test: in a network and a mount namespace of its own, so that its bridge, its rules and its mounts
// are nobody else's, and with a root that goes with it.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { hasProgram } from '../image/has-program.ts'

export interface DockerEngine {
  /** For its client: where the engine is. */
  readonly env: Readonly<Record<string, string>>
  readonly root: string
  stop(): Promise<void>
}

/** What there must be: Debian has the client in a package of its own since 13. */
export const canStart = ['dockerd', 'unshare', 'ip'].every(hasProgram) && existsSync('/usr/bin/docker')

// its key is written to /etc/docker, its sockets to /run, whatever it is told
const script = `
  set -e
  ip link set lo up
  mount -t tmpfs tmpfs /run
  mkdir -p /etc/docker && mount -t tmpfs tmpfs /etc/docker
  exec dockerd --data-root "$0/data" --exec-root "$0/exec" --pidfile "$0/pid" --host "unix://$0/docker.sock" --shutdown-timeout 2`

/** @returns or the last words of an engine that cannot work here */
export async function startDocker(): Promise<DockerEngine | string> {
  const root = mkdtempSync(join(tmpdir(), 'docker-test-'))
  mkdirSync(join(root, 'config'))
  const child = spawn('unshare', ['--net', '--mount', '--propagation', 'private', 'sh', '-c', script, root], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.on('data', (bytes) => {
    said = `${said}${bytes}`.slice(-4000)
  })
  const env = {
    DOCKER_HOST: `unix://${join(root, 'docker.sock')}`,
    DOCKER_CONFIG: join(root, 'config'),
  }
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const stop = async () => {
    child.kill('SIGTERM')
    await ended
    removeGroups()
    rmSync(root, { recursive: true, force: true })
  }
  for (let tries = 0; tries < 300 && isAlive(child); tries++) {
    const { status } = spawnSync('/usr/bin/docker', ['info'], { env: { ...process.env, ...env } })
    if (status === 0) return { env, root, stop }
    await setTimeout(100)
  }
  await stop()
  return said.trim().split('\n').at(-1) ?? ''
}

function isAlive({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null
}

/** Its groups stay behind, empty. */
function removeGroups(): void {
  const mounts = readFileSync('/proc/self/mounts', 'utf8')
  for (const [, point] of mounts.matchAll(/^\S+ (\S+) cgroup2? /gm)) {
    const group = join(point!, 'docker')
    if (!existsSync(group)) continue
    for (const entry of readdirSync(group, { withFileTypes: true }))
      if (entry.isDirectory()) remove(join(group, entry.name))
    remove(group)
  }
}

function remove(group: string): void {
  try {
    rmdirSync(group)
  } catch {
    // another engine is at work in it
  }
}
