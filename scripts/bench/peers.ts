// The others: what is installed of them, each with the same root file system.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DockerEngine } from './docker-engine.ts'
import { type Command, which } from './measure.ts'
import { run, type Workplace } from './workplace.ts'

/** One way to start containers. */
export interface Peer {
  readonly name: string
  /** undefined: it cannot take part, and `missing` says why. */
  readonly start: ((name: string, ...command: string[]) => Command) | undefined
  readonly missing?: string
  /** A further program in the container with this name. */
  readonly exec?: (name: string, ...command: string[]) => Command
  /** End the containers with these names, and forget them. */
  readonly remove?: (...names: string[]) => Command
  /** Start it and leave it alone. It stays until it is removed. */
  readonly detach?: (name: string, flags: readonly string[], ...command: string[]) => Command
  /** Those of containers that were left alone. */
  readonly kept?: Kept
}

export interface Kept {
  readonly stop: (name: string) => Command
  /** Until it has ended by itself. */
  readonly wait: (name: string) => Command
  readonly logs: (name: string) => Command
  /** For `detach`: keep all that it writes. */
  readonly wholeLog: readonly string[]
  /** Prints the process id of its first program. */
  readonly pid: (name: string) => Command
}

export function ours({ gocker }: Workplace): Peer {
  return {
    name: 'gocker',
    start: (name, ...command) => gocker('run', '--rm', '--name', name, 'tiny', ...command),
    exec: (name, ...command) => gocker('exec', name, ...command),
    remove: (...names) => gocker('rm', '--force', ...names),
    detach: (name, flags, ...command) => gocker('run', '-d', '--name', name, ...flags, 'tiny', ...command),
    kept: { ...kept(gocker), wholeLog: ['--log-opt', 'max-size=-1'] },
  }
}

export function peers(workplace: Workplace, engine: DockerEngine | string): Peer[] {
  return [
    ...docker(workplace, engine),
    podman(workplace),
    bundleRunner('runc', workplace),
    bundleRunner('crun', workplace),
  ]
}

/** Three command lines that are one. */
function kept(engine: (...args: string[]) => Command): Kept {
  return {
    stop: (name) => engine('stop', name),
    wait: (name) => engine('wait', name),
    logs: (name) => engine('logs', name),
    wholeLog: [],
    pid: (name) => engine('inspect', '--format', '{{.State.Pid}}', name),
  }
}

const image = 'gocker-bench-tiny'

function docker({ rootfs, folder, defer }: Workplace, engine: DockerEngine | string): Peer[] {
  const name = 'docker'
  if (typeof engine === 'string') return [{ name, start: undefined, missing: engine }]
  const { docker } = engine
  const tar = join(folder, 'tiny.tar')
  run({ program: which('tar')!, args: ['-C', rootfs, '-cf', tar, '.'] })
  run(docker('import', tar, image))
  defer(() => run(docker('rmi', '--force', image)))
  const start =
    (...flags: string[]) =>
    (id: string, ...command: string[]): Command =>
      docker('run', '--rm', '--name', id, ...flags, image, ...command)
  const remove = (...ids: string[]) => docker('rm', '--force', ...ids)
  return [
    {
      name,
      start: start(),
      remove,
      exec: (id, ...command) => docker('exec', id, ...command),
      detach: (id, flags, ...command) => docker('run', '-d', '--name', id, ...flags, image, ...command),
      kept: kept(docker),
    },
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
  const usual = ['--network', 'none', ...careful, ...(which('runc') ? ['--runtime', 'runc'] : [])]
  const podman = (...args: string[]): Command => ({ program, args })
  return {
    name,
    start: (id, ...command) => podman('run', '--rm', ...usual, '--name', id, '--rootfs', rootfs, ...command),
    exec: (id, ...command) => podman('exec', id, ...command),
    remove: (...ids) => podman('rm', '--force', '--ignore', '--time', '0', ...ids),
    detach: (id, flags, ...command) =>
      podman(
        ...['run', '-d', ...usual, '--log-driver', 'k8s-file', '--name', id, ...flags, '--rootfs', rootfs],
        ...command,
      ),
    kept: kept(podman),
  }
}

/** runc and crun know neither images nor networks: they start what lies in a folder. */
function bundleRunner(name: 'runc' | 'crun', { rootfs, folder }: Workplace): Peer {
  const program = which(name)
  if (!program) return { name, start: undefined }
  const bundleFor = (command: readonly string[]) => {
    const bundle = join(folder, `${name}-${command.join('-').replaceAll(/\W/g, '-')}`)
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
    remove: (id) => ({ program, args: ['delete', '--force', id!] }),
    // what it started would keep our pipes
    detach: (id, _, ...command) => ({
      program: '/bin/sh',
      args: [
        ...['-c', '"$@" > /dev/null 2> "$0" || { cat "$0" >&2; exit 1; }', join(folder, `${name}.log`)],
        ...[program, 'run', '--detach', '--bundle', bundleFor(command), id],
      ],
    }),
  }
}
