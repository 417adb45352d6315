// A container as `gocker inspect` shows it: all that is known, in Docker's field names.

import { overlayOf } from '../container/design.ts'
import { diskUsage } from '../container/disk-usage.ts'
import type { Health } from '../container/health.ts'
import type { Mounted } from '../container/mount-request.ts'
import type { Places } from '../container/places.ts'
import type { Spec } from '../container/spec.ts'
import { exitCodeOf, folder, isRunning, loadSpec, type State, status } from '../container/state.ts'
import { layerSize } from '../image/store.ts'
import { logPath } from '../supervisor/log-file.ts'
import { hostConfig } from './inspect-host-config.ts'
import { exposedPorts, networkSettings } from './inspect-network.ts'
import { nilList, nilMap } from './nil.ts'

const never = '0001-01-01T00:00:00Z'

/** @param withSize also what it takes on the disk, which takes a while to find out */
export function containerDetails(here: Places, state: State, withSize = false): unknown {
  const spec = loadSpec(here, state.id)
  const now = status(state)
  return {
    Id: state.id,
    Created: state.created,
    Path: state.command[0],
    Args: state.command.slice(1),
    State: {
      Status: now,
      Running: isRunning(state) || now === 'restarting',
      Paused: now === 'paused',
      Restarting: now === 'restarting',
      OOMKilled: state.oomKilled ?? false,
      Dead: false,
      Pid: isRunning(state) ? state.pid : 0,
      ExitCode:
        now === 'exited' || now === 'restarting' ? exitCodeOf(state) : (state.error && state.exitCode) || 0,
      Error: state.error ?? '',
      StartedAt: state.startedAt ?? never,
      FinishedAt: state.finishedAt ?? never,
      // what is undefined is left out as JSON, and nothing for a template: {{if .State.Health}}
      Health: state.health && healthOf(state.health),
    },
    Image: state.imageId,
    ResolvConfPath: `${folder(here, state.id)}/resolv.conf`,
    HostnamePath: `${folder(here, state.id)}/hostname`,
    HostsPath: `${folder(here, state.id)}/hosts`,
    Name: `/${state.name}`,
    RestartCount: state.restartCount ?? 0,
    LogPath: logPath(here, state.id),
    AppArmorProfile: spec.process.apparmorProfile ?? '',
    ProcessLabel: spec.process.selinuxLabel ?? '',
    MountLabel: spec.linux.mountLabel ?? '',
    Driver: 'overlay2',
    Platform: 'linux',
    ExecIDs: nilList,
    HostConfig: hostConfig(here, state),
    ...(withSize ? sizes(here, state) : { SizeRw: undefined, SizeRootFs: undefined }),
    GraphDriver: {
      Name: 'overlay2',
      Data: {
        LowerDir: state.layers.map((layer) => `${here.layers}/${layer}`).join(':'),
        UpperDir: `${folder(here, state.id)}/upper`,
        WorkDir: `${folder(here, state.id)}/work`,
        MergedDir: spec.root.path,
      },
    },
    Mounts: (state.mounts ?? []).map(mountOf),
    Config: configOf(state, spec),
    NetworkSettings: networkSettings(state),
  }
}

/** In bytes: what it has written, and that with its image. */
function sizes(here: Places, state: State): object {
  const own = diskUsage(overlayOf(here, state).upper)
  const layers = state.layers.reduce((sum, layer) => sum + layerSize(here.layers, layer), 0)
  return { SizeRw: own, SizeRootFs: own + layers }
}

function configOf(state: State, spec: Spec): object {
  const { options, config } = state
  const isAttached = options.detached !== true
  return {
    Hostname: spec.hostname ?? '',
    Domainname: options.domainname ?? '',
    User: config?.User ?? '',
    AttachStdin: isAttached && options.interactive,
    AttachStdout: isAttached,
    AttachStderr: isAttached,
    ExposedPorts: exposedPorts(state),
    Tty: spec.process.terminal,
    OpenStdin: options.interactive,
    StdinOnce: isAttached && options.interactive,
    Env: config?.Env ?? spec.process.env,
    Cmd: config === undefined ? state.command : (config.Cmd ?? nilList),
    Healthcheck: config?.Healthcheck,
    Image: state.image,
    Volumes: config?.Volumes ?? nilMap,
    WorkingDir: config?.WorkingDir ?? spec.process.cwd,
    Entrypoint: config?.Entrypoint ?? nilList,
    OnBuild: nilList,
    Labels: options.labels ?? {},
    StopSignal: options.stopSignal ?? '',
    StopTimeout: options.stopTimeout,
  }
}

function mountOf(mounted: Mounted): unknown {
  const { type, name, source, destination, readOnly, propagation } = mounted
  // Docker labels named volumes for SELinux as shared
  const isShared = type === 'volume' && !mounted.isAnonymous
  return {
    Type: type,
    ...(name === undefined ? {} : { Name: name }),
    Source: source,
    Destination: destination,
    ...(type === 'volume' ? { Driver: 'local' } : {}),
    Mode: readOnly ? 'ro' : isShared ? 'z' : '',
    RW: !readOnly,
    Propagation: propagation,
  }
}

function healthOf({ status, failingStreak, log }: Health): unknown {
  return {
    Status: status,
    FailingStreak: failingStreak,
    Log: log.map(({ start, end, exitCode, output }) => ({
      Start: start,
      End: end,
      ExitCode: exitCode,
      Output: output,
    })),
  }
}
