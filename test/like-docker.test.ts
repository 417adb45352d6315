// Docker's command line is the interface: what someone knows of it holds here, too. So the same command lines are run on
// Docker's own engine and on this one, with the same image, and what they print and how they end is compared. Where the
// two are not alike the table says why, and the difference is held as well.
//
// Both engines have a host of their own, which is a network namespace. Docker's client and engine are those of the
// distribution, so that everyone compares with the same: Debian's are older than what is followed here.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isRoot, places, program, useGocker } from './cli/gocker.ts'
import { essence, isSameMessage } from './like-docker/alike.ts'
import { canStart, type DockerEngine, startDocker } from './like-docker/docker-engine.ts'
import { containerLines } from './like-docker/lines-containers.ts'
import { runLines } from './like-docker/lines-run.ts'
import { thingLines } from './like-docker/lines-things.ts'
import { nameDocker, run, type Side } from './like-docker/run-both.ts'

useGocker()

describe.skipIf(!isRoot || !canStart)('as Docker (needs root, docker.io, ip, unshare)', () => {
  let docker: DockerEngine | string
  let host: ChildProcess
  let theirs: Side
  let ours: Side
  const folder = isRoot && canStart ? mkdtempSync(join(tmpdir(), 'like-docker-')) : ''

  beforeAll(async () => {
    docker = await startDocker()
    if (typeof docker === 'string') return
    host = spawn('unshare', ['--net', 'sh', '-c', 'ip link set lo up; echo ready; exec sleep 100000'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(host.stdout!, 'data')
    theirs = side('theirs', '/usr/bin/docker', { ...docker.env }, join(docker.root, 'data'), [])
    const inside = ['nsenter', `--net=/proc/${host.pid}/ns/net`]
    ours = side('ours', program, { GOCKER_ROOT: places.root }, places.root, inside)
    const archive = join(folder, 'tiny.tar')
    execFileSync(program, ['save', '-o', archive, 'tiny'], { env: { ...process.env, ...ours.env } })
    execFileSync('/usr/bin/docker', ['load', '-i', archive], { env: { ...process.env, ...theirs.env } })
  })

  afterAll(async () => {
    if (typeof docker !== 'string') {
      await run('docker rm -f $(docker ps -aq); docker system prune -f', ours)
      await run('docker rm -f $(docker ps -aq)', theirs)
      await docker?.stop()
    }
    host?.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  })

  /** Where the command lines are run for one engine, with the files that they need. */
  function side(
    name: string,
    client: string,
    env: Side['env'],
    root: string,
    inside: readonly string[],
  ): Side {
    const own = join(folder, name)
    mkdirSync(join(own, 'folder'), { recursive: true })
    writeFileSync(join(own, 'folder/file'), 'content\n')
    symlinkSync('folder/file', join(own, 'link'))
    writeFileSync(join(own, 'env.list'), '# a comment\nONE=1\nTWO=2 2\n\nHOME\n')
    const path = `${nameDocker(own, client)}:${process.env.PATH}`
    return { env: { ...env, PATH: path }, root, folder: own, inside }
  }

  for (const { name, lines } of [...runLines, ...containerLines, ...thingLines])
    describe(name, () => {
      for (const { run: line, differs } of lines)
        it(differs === undefined ? line : `${line}: not alike, ${differs}`, async ({ skip }) => {
          if (typeof docker === 'string') return skip(`this kernel does not let dockerd start: ${docker}`)
          const said = await Promise.all([run(line, theirs), run(line, ours)])
          const [expected, found] = [essence(said[0], theirs), essence(said[1], ours)]
          // what comes after Docker's message is advice of our own
          const stderr = isSameMessage(expected.stderr, found.stderr) ? expected.stderr : found.stderr
          if (differs === undefined) expect({ ...found, stderr }).toEqual(expected)
          else expect({ ...found, stderr }).not.toEqual(expected)
        })
    })
})
