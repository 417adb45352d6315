// Pulling: an image of 120 MB from a registry on this machine, to its last unpacked file.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Contestant, compare, tableOf } from './compare.ts'
import { imageName, largeImage, layerBlobs } from './image.ts'
import { type Command, which } from './measure.ts'
import { run, type Workplace } from './workplace.ts'

const base = 'curl and tar'

export async function benchPull(workplace: Workplace, rounds: number): Promise<string> {
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
    docker(host),
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

/** The registry, in a process of its own; it ends with this one's work. */
export async function serve({ defer }: Pick<Workplace, 'defer'>, layout: string): Promise<string> {
  const program = fileURLToPath(new URL('registry.ts', import.meta.url))
  const server = spawn(process.execPath, [program, layout], { stdio: ['ignore', 'pipe', 'inherit'] })
  defer(() => server.kill())
  const [line] = await once(server.stdout, 'data')
  return String(line).trim()
}

function shell(line: string, needs: string): Command | undefined {
  return which(needs) === undefined ? undefined : { program: '/bin/sh', args: ['-ec', line] }
}

function docker(host: string): Contestant {
  const program = which('docker')
  const answers = program !== undefined && run({ program, args: ['info'] }) !== undefined
  return engine('docker', answers ? program : undefined, [], host, program && 'its engine does not run')
}

function podman(host: string): Contestant {
  return engine('podman', which('podman'), ['--tls-verify=false'], host)
}

function engine(
  name: string,
  program: string | undefined,
  flags: readonly string[],
  host: string,
  missing?: string,
): Contestant {
  const image = `${host}/${imageName}`
  return {
    name,
    command: program === undefined ? undefined : { program, args: ['pull', '-q', ...flags, image] },
    missing,
    after: () => program && run({ program, args: ['rmi', '--force', image] }),
  }
}
