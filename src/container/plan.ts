// plan(spec): the list of calls that a new process makes to become this container. A pure function: the same spec
// gives the same list, on any system, and nothing happens. launch.ts has it made, explain.ts prints it.

import type { Hierarchy } from '../cgroup/hierarchy.ts'
import { cloneFlags } from '../namespaces/kinds.ts'
import { type Overlay, overlaySteps } from '../overlay/mount.ts'
import { consoleSteps, deviceNodeSteps, deviceSteps } from '../rootfs/dev.ts'
import { type Mount, mountSteps } from '../rootfs/mounts.ts'
import { pivotSteps, privateSteps, readOnlyRootSteps } from '../rootfs/pivot-root.ts'
import { walkCalls } from '../rootfs/walk.ts'
import { credentialSteps, keyringSteps } from '../security/credentials.ts'
import { maskedSteps, readonlySteps } from '../security/masked-paths.ts'
import { trying } from '../syscall/clone.ts'
import * as C from '../syscall/constants.ts'
import { close, dup3, fchown, ioctl, mkdirat, openat, umask, write } from '../syscall/file.ts'
import { chdir, fchdir, move_mount } from '../syscall/mount.ts'
import { execve, sethostname, setns, setsid, unshare } from '../syscall/process.ts'
import { allowing, type Fd, type Step, type Syscall, stepsOf } from '../syscall/syscall.ts'
import type { Process, Spec } from './spec.ts'
import { NOT_FOUND, UserError } from './user-error.ts'

/** What the parent has opened for the child before it starts; names in their place when the list is only printed. */
export interface Handles {
  /** The network namespace to join; without it the network is the host's. */
  readonly netns?: Fd
  /** The sources of bind mounts, by destination. */
  readonly binds: ReadonlyMap<string, Fd>
  /** What becomes 0, 1 and 2; -1 leaves the parent's own in place. */
  readonly stdio: readonly [Fd, Fd, Fd]
  /** With a terminal: the file system that it is in. */
  readonly devpts?: Fd
  /** The descriptors that are pipes of ours, and shall belong to the container's user. */
  readonly pipes: readonly (0 | 1 | 2)[]
}

export interface Plan {
  /** The new namespaces, as flags for clone(2). */
  readonly flags: number
  readonly steps: readonly Step[]
}

const step = stepsOf(9)

/** The list for a container whose root file system is `overlay`. */
export function plan(spec: Spec, overlay: Overlay, hierarchy: Hierarchy, handles: Handles): Plan {
  const kinds = spec.linux.namespaces.map(({ type }) => type)
  // the network is made before and joined; the cgroup namespace begins where the process is, so it comes after the move
  const atStart = kinds.filter((type) => type !== 'network' && type !== 'cgroup')
  const masks = maskedSteps(spec.linux.maskedPaths)
  return {
    flags: cloneFlags(atStart),
    steps: [
      ...networkSteps(handles),
      ...cgroupSteps(spec, hierarchy),
      ...privateSteps(),
      ...overlaySteps(overlay),
      ...masks.before,
      ...pivotSteps(overlay.target),
      ...mountAllSteps(spec, hierarchy, handles),
      ...nameSteps(spec),
      ...sysctlSteps(spec.linux.sysctl),
      ...readonlySteps(spec.linux.readonlyPaths),
      ...masks.after,
      ...(spec.root.readonly ? readOnlyRootSteps() : []),
      ...processSteps(spec.process, handles, true),
    ],
  }
}

function networkSteps({ netns }: Handles): Step[] {
  if (netns === undefined) return []
  return stepsOf(7)('enter the network that was made for this container', setns(netns, C.CLONE_NEWNET))
}

function cgroupSteps(spec: Spec, hierarchy: Hierarchy): Step[] {
  return [
    ...hierarchy.joinSteps(spec.linux.cgroupsPath),
    ...stepsOf(3)('from here on, this cgroup looks like the top of all cgroups', unshare(C.CLONE_NEWCGROUP)),
  ]
}

function mountAllSteps(spec: Spec, hierarchy: Hierarchy, handles: Handles): Step[] {
  const terminal = spec.process.terminal
  return spec.mounts.flatMap((mount) => [
    ...oneMountSteps(mount, hierarchy, handles),
    ...(mount.destination === '/dev'
      ? [...deviceSteps({ terminal: false }), ...deviceNodeSteps(spec.linux.devices)]
      : []),
    ...(mount.destination === '/dev/pts' && terminal ? consoleSteps() : []),
  ])
}

function oneMountSteps(mount: Mount, hierarchy: Hierarchy, handles: Handles): Step[] {
  if (mount.type === 'devpts' && handles.devpts !== undefined) {
    return stepsOf(2)(
      "put the container's file system of terminals in its place",
      allowing('EEXIST', mkdirat(C.AT_FDCWD, mount.destination, 0o755)),
      move_mount(handles.devpts, mount.destination),
    )
  }
  return mountSteps(mount, {
    tree: handles.binds.get(mount.destination),
    // the three files that a container gets; directories of the host come with volumes
    file: mount.type === 'bind',
    controllers: hierarchy.version === 1 ? treesOf(hierarchy) : undefined,
  })
}

/** The trees of cgroup v1, as mount(8) names them: `cpu,cpuacct`. */
function treesOf({ mounts }: Hierarchy): string[] {
  return mounts.filter(({ version }) => version === 1).map(({ controllers }) => controllers.join(','))
}

function nameSteps({ hostname }: Spec): Step[] {
  if (hostname === undefined) return []
  return stepsOf(3)('a name of its own', sethostname(hostname))
}

/** Settings below /proc/sys that belong to a namespace; written before that directory becomes read-only. */
function sysctlSteps(sysctl: Readonly<Record<string, string>>): Step[] {
  return Object.entries(sysctl).flatMap(([key, value]) => {
    const path = `/proc/sys/${key.replaceAll('.', '/')}`
    const fd = openat(C.AT_FDCWD, path, C.O_WRONLY | C.O_CLOEXEC)
    return stepsOf(7)(`${key} = ${value}`, fd, write(fd, value), close(fd))
  })
}

/**
 * From a process in a container to the program in it.
 * @param makesDirectory make the working directory if there is none: Docker does so for a container, not for `exec`
 */
export function processSteps(
  process: Process,
  handles: Pick<Handles, 'stdio' | 'pipes'>,
  makesDirectory: boolean,
): Step[] {
  return [
    ...sessionSteps(process, handles),
    ...directorySteps(process.cwd, makesDirectory),
    ...keyringSteps('_ses.gocker'),
    ...credentialSteps({
      ...process.user,
      capabilities: process.capabilities,
      noNewPrivileges: process.noNewPrivileges,
      deathSignal: C.SIGKILL,
    }),
    ...execSteps(process),
  ]
}

function sessionSteps(process: Process, { stdio, pipes }: Pick<Handles, 'stdio' | 'pipes'>): Step[] {
  const places = [0, 1, 2] as const
  const moved = places.filter((fd) => stdio[fd] !== -1)
  return [
    ...step('a session of its own, without the terminal of whoever started it', setsid()),
    ...step('its standard input, output and error', ...moved.map((fd) => dup3(stdio[fd], fd))),
    ...(process.terminal ? step('the terminal that its Ctrl-C comes from', ioctl(0, C.TIOCSCTTY, 0)) : []),
    ...(process.terminal || process.user.uid !== 0
      ? step(
          'they belong to its user',
          ...(process.terminal ? [0 as const] : pipes).map((fd) => fchown(fd, process.user.uid, -1)),
        )
      : []),
  ]
}

/** Why the steps into the working directory are made: by this, an error is known to be one of them. */
export const intoDirectory = 'the working directory'

function directorySteps(cwd: string, make: boolean): Step[] {
  const parts = cwd.split('/').filter((part) => part !== '')
  const { calls, directory } = walkCalls(parts, make)
  return step(intoDirectory, umask(0o022), ...calls, calls.length === 0 ? chdir('/') : fchdir(directory))
}

/**
 * execve looks nothing up: a name without a slash is tried in each directory of the container's own PATH, inside the
 * container. environ(7), execvp(3)
 */
function execSteps({ args, env }: Process): Step[] {
  const program = args[0]!
  if (program.includes('/')) return step('become the program', execve(program, args, env))
  const path =
    env.find((text) => text.startsWith('PATH='))?.slice('PATH='.length) ?? '/usr/local/bin:/bin:/usr/bin'
  const places = program === '' ? [] : path.split(':').filter((directory) => directory.startsWith('/'))
  if (places.length === 0) {
    throw new UserError(
      `exec: "${program}": executable file not found in $PATH\nThe name is empty, or no directory of the container's PATH begins with /: "${path}".`,
      NOT_FOUND,
    )
  }
  return step(
    'become the program, which may be in any directory of PATH',
    ...places.map((directory): Syscall => trying(execve(`${directory}/${program}`, args, env))),
  )
}
