// gocker inspect: all that is known of containers and images, as JSON in Docker's field names.

import { Command } from 'commander'
import { type Places, places } from '../container/places.ts'
import { exitCodeOf, find, folder, loadSpec, type State, status } from '../container/state.ts'
import { UserError } from '../container/user-error.ts'
import { familiar, parseReference } from '../image/reference.ts'
import { type Image, openStore } from '../image/store.ts'
import { fill } from './format.ts'
import { err, out } from './print.ts'
import { needRoot } from './root.ts'

export function command(): Command {
  return new Command('inspect')
    .description('Return low-level information on Gocker objects')
    .usage('[OPTIONS] NAME|ID [NAME|ID...]')
    .argument('<NAME...>')
    .option('-f, --format <string>', "'json', or a template as {{.State.Status}}")
    .option('--type <string>', 'Only look for: container or image')
    .action(inspect)
}

interface Flags {
  readonly format?: string
  readonly type?: string
}

function inspect(names: readonly string[], { format, type }: Flags): void {
  needRoot()
  const found: unknown[] = []
  for (const name of names) {
    try {
      found.push(look(name, type))
    } catch (error) {
      err(`gocker: ${(error as Error).message}`)
      process.exitCode = 1
    }
  }
  if (format === undefined) out(JSON.stringify(found, null, 4))
  else for (const one of found) out(format === 'json' ? JSON.stringify(one) : fill(format, one))
}

function look(name: string, type: string | undefined): unknown {
  const here = places()
  if (type !== 'image') {
    try {
      return container(here, find(here, name))
    } catch (error) {
      if (type === 'container' || !(error instanceof UserError) || !error.message.startsWith('No such'))
        throw error
    }
  }
  const found = openStore(here.root).look(name)
  if (!found) throw new UserError(`No such ${type ?? 'object'}: ${name}`)
  return image(found)
}

const never = '0001-01-01T00:00:00Z'

function container(here: Places, state: State): unknown {
  const spec = loadSpec(here, state.id)
  const now = status(state)
  const { memory, cpu, pids } = spec.linux.resources
  const { network } = state
  return {
    Id: state.id,
    Created: state.created,
    Path: state.command[0],
    Args: state.command.slice(1),
    State: {
      Status: now,
      Running: now === 'running',
      Paused: false,
      Restarting: false,
      OOMKilled: state.oomKilled ?? false,
      Dead: false,
      Pid: now === 'running' ? state.pid : 0,
      ExitCode: now === 'exited' ? exitCodeOf(state) : 0,
      Error: '',
      StartedAt: state.startedAt ?? never,
      FinishedAt: state.finishedAt ?? never,
    },
    Image: state.imageId,
    ResolvConfPath: `${folder(here, state.id)}/resolv.conf`,
    HostnamePath: `${folder(here, state.id)}/hostname`,
    HostsPath: `${folder(here, state.id)}/hosts`,
    Name: `/${state.name}`,
    Driver: 'overlay2',
    Platform: 'linux',
    HostConfig: {
      NetworkMode: network.mode,
      AutoRemove: state.autoRemove,
      Memory: memory?.limit ?? 0,
      MemorySwap: memory?.swap ?? 0,
      NanoCpus: cpu?.quota ? Math.round((cpu.quota / (cpu.period ?? 100_000)) * 1e9) : 0,
      PidsLimit: pids?.limit ?? null,
      ReadonlyRootfs: spec.root.readonly,
      CgroupParent: '/gocker',
      MaskedPaths: spec.linux.maskedPaths,
      ReadonlyPaths: spec.linux.readonlyPaths,
    },
    GraphDriver: {
      Name: 'overlay2',
      Data: {
        LowerDir: state.layers.map((layer) => `${here.layers}/${layer}`).join(':'),
        UpperDir: `${folder(here, state.id)}/upper`,
        WorkDir: `${folder(here, state.id)}/work`,
        MergedDir: spec.root.path,
      },
    },
    Mounts: [],
    Config: {
      Hostname: spec.hostname ?? '',
      User: spec.process.user.uid === 0 ? '' : `${spec.process.user.uid}:${spec.process.user.gid}`,
      Tty: spec.process.terminal,
      Env: spec.process.env,
      Cmd: state.command,
      Image: state.image,
      WorkingDir: spec.process.cwd,
      Labels: {},
    },
    NetworkSettings: {
      IPAddress: network.address ?? '',
      Gateway: network.gateway ?? '',
      MacAddress: network.mac ?? '',
      Ports: {},
      Networks: {
        [network.mode]: {
          IPAddress: network.address ?? '',
          Gateway: network.gateway ?? '',
          MacAddress: network.mac ?? '',
          IPPrefixLen: network.address ? 16 : 0,
        },
      },
    },
  }
}

function image(found: Image): unknown {
  const { config } = found
  const reference = found.reference === undefined ? undefined : parseReference(found.reference)
  const name = reference ? familiar(reference) : undefined
  return {
    Id: found.id,
    RepoTags: name ? [name] : [],
    RepoDigests: name ? [`${name.replace(/:[^/]*$/, '')}@${found.repoDigest}`] : [],
    Created: found.created,
    Architecture: config.architecture,
    Os: config.os,
    Size: found.size,
    Config: config.config ?? {},
    RootFS: { Type: 'layers', Layers: config.rootfs.diff_ids },
    GraphDriver: { Name: 'overlay2', Data: { Layers: found.layers } },
  }
}
