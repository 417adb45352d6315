// Pulling: an image of 120 MB from a registry on this machine, to its last unpacked file.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Contestant, compare, tableOf } from './compare.ts'
import type { DockerEngine } from './docker-engine.ts'
import { imageName, largeImage, layerBlobs } from './image.ts'
import { type Command, which } from './measure.ts'
import { run, type Workplace } from './workplace.ts'

const base = 'curl and tar'

export async function benchPull(
  workplace: Workplace,
  engine: DockerEngine | string,
  rounds: number,
): Promise<string> {
  const layout = largeImage()
  const host = await serve(workplace, layout)
  const place = join(workplace.folder, 'pulled')
  const fresh = {
    before: () => mkdirSync(place, { recursive: true }),
    after: () => rmSync(place, { recursive: true, force: true }),
  }
  const urls = layerBlobs(layout).map((digest) => `http://${host}/v2/bench/blobs/${digest}`)
  const contestants: Contestant[] = [
    {
      name: base,
      command: shell(urls.map((url) => `curl -sf ${url} | tar -xz -C ${place}`).join(' && '), 'curl'),
      ...fresh,
    },
    {
      name: 'gocker',
      command: {
        ...workplace.gocker('pull', '--quiet', `${host}/${imageName}`),
        env: { GOCKER_ROOT: place },
      },
      target: 1.3,
      ...fresh,
    },
    await docker(workplace, layout, engine),
    podman(host),
    {
      name: 'skopeo and umoci',
      command:
        which('umoci') === undefined
          ? undefined
          : shell(
              `cd ${place} && skopeo copy -q --src-tls-verify=false docker://${host}/${imageName} oci:image:latest &&
           umoci unpack --image image:latest bundle`,
              'skopeo',
            ),
      ...fresh,
    },
  ]
  return tableOf('pull 120 MB', await compare(contestants, rounds), base)
}

/** The registry, in a process of its own; it ends with this one's work. @param inside where it shall be reached */
export async function serve(
  { defer }: Pick<Workplace, 'defer'>,
  layout: string,
  inside = (command: Command) => command,
): Promise<string> {
  const registry = fileURLToPath(new URL('registry.ts', import.meta.url))
  const { program, args } = inside({ program: process.execPath, args: [registry, layout] })
  const server = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  defer(() => server.kill())
  const [line] = await once(server.stdout, 'data')
  return String(line).trim()
}

function shell(line: string, needs: string): Command | undefined {
  return which(needs) === undefined ? undefined : { program: '/bin/sh', args: ['-ec', line] }
}

async function docker(
  workplace: Workplace,
  layout: string,
  engine: DockerEngine | string,
): Promise<Contestant> {
  const name = 'docker'
  if (typeof engine === 'string') return { name, command: undefined, missing: engine }
  const host = await serve(workplace, layout, engine.inside)
  return pulling(name, (...args) => engine.docker(...args), `${host}/${imageName}`)
}

function podman(host: string): Contestant {
  const program = which('podman')
  if (program === undefined) return { name: 'podman', command: undefined }
  return pulling('podman', (...args) => ({ program, args }), `${host}/${imageName}`, '--tls-verify=false')
}

function pulling(
  name: string,
  engine: (...args: string[]) => Command,
  image: string,
  ...flags: string[]
): Contestant {
  return {
    name,
    command: engine('pull', '-q', ...flags, image),
    after: () => run(engine('rmi', '--force', image)),
  }
}
