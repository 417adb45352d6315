// The others: what is installed of them, each with the same root file system.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Command, which } from './measure.ts'
import { run, type Workplace } from './workplace.ts'

/** One way to start containers that is not ours. */
export interface Peer {
  readonly name: string
  /** undefined: it cannot take part, and `missing` says why. */
  readonly start: ((name: string, ...command: string[]) => Command) | undefined
  /** A further program in the container with this name. */
  readonly exec?: (name: string, ...command: string[]) => Command
  /** End the container with this name. */
  readonly remove?: (name: string) => Command
  readonly missing?: string
}

export function peers(workplace: Workplace): Peer[] {
  return [
    ...docker(workplace),
    podman(workplace),
    bundleRunner('runc', workplace),
    bundleRunner('crun', workplace),
  ]
}

const image = 'gocker-bench-tiny'

function docker({ rootfs, folder, defer }: Workplace): Peer[] {
  const name = 'docker'
  const program = which('docker')
  if (!program) return [{ name, start: undefined }]
  if (run({ program, args: ['info'] }) === undefined)
    return [{ name, start: undefined, missing: 'its engine does not run' }]
  const tar = join(folder, 'tiny.tar')
  run({ program: which('tar')!, args: ['-C', rootfs, '-cf', tar, '.'] })
  run({ program, args: ['import', tar, image] })
  defer(() => run({ program, args: ['rmi', '--force', image] }))
  const start =
    (...flags: string[]) =>
    (id: string, ...command: string[]): Command => ({
      program,
      args: ['run', '--rm', '--name', id, ...flags, image, ...command],
    })
  const remove = (id: string): Command => ({ program, args: ['rm', '--force', id] })
  return [
    { name, start: start(), remove, exec: (id, ...command) => ({ program, args: ['exec', id, ...command] }) },
    // in a running container, the network makes no difference
    { name: 'docker, --network none', start: start('--network', 'none'), remove },
  ]
}

function podman({ rootfs }: Workplace): Peer {
  const name = 'podman, --network none'
  const program = which('podman')
  if (!program) return { name, start: undefined }
  // without CAP_SYS_RESOURCE it could not raise its limits, and crun refuses some mixtures of control groups
  const careful = ['--ulimit', 'nofile=1024:1024', '--ulimit', 'nproc=1024:1024']
  const flags = ['--rm', '--network', 'none', ...careful, ...(which('runc') ? ['--runtime', 'runc'] : [])]
  return {
    name,
    start: (id, ...command) => ({
      program,
      args: ['run', ...flags, '--name', id, '--rootfs', rootfs, ...command],
    }),
    exec: (id, ...command) => ({ program, args: ['exec', id, ...command] }),
    remove: (id) => ({ program, args: ['rm', '--force', '--time', '0', id] }),
  }
}

/** runc and crun know neither images nor networks: they start what lies in a folder. */
function bundleRunner(name: 'runc' | 'crun', { rootfs, folder }: Workplace): Peer {
  const program = which(name)
  if (!program) return { name, start: undefined }
  const bundleFor = (command: readonly string[]) => {
    const bundle = join(folder, `${name}-${command.join('-').replaceAll('/', '%')}`)
    run({ program: '/bin/mkdir', args: ['-p', bundle] })
    const at = (path: string) => join(bundle, path)
    run({ program: '/bin/sh', args: ['-c', 'cd "$0" && rm -f config.json && "$1" spec', bundle, program] })
    const spec = JSON.parse(readFileSync(at('config.json'), 'utf8'))
    spec.process.terminal = false
    spec.process.args = command
    spec.root = { path: rootfs }
    writeFileSync(at('config.json'), JSON.stringify(spec))
    return bundle
  }
  return {
    name,
    start: (id, ...command) => ({ program, args: ['run', '--bundle', bundleFor(command), id] }),
    exec: (id, ...command) => ({ program, args: ['exec', id, ...command] }),
    remove: (id) => ({ program, args: ['delete', '--force', id] }),
  }
}
