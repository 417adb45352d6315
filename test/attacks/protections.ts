// The protections that attacks run into, and how each is turned off.

import type { Spec } from '../../src/container/spec.ts'
import type { NamespaceType } from '../../src/namespaces/kinds.ts'
import type { Capability } from '../../src/security/capabilities.ts'
import { chroot } from '../../src/syscall/mount.ts'
import type { Step, Syscall } from '../../src/syscall/syscall.ts'
import type { Listed, Protection } from './attack.ts'

/** What Docker takes from root. */
export function capabilities(...names: string[]): Protection {
  const full = names.map((name) => `CAP_${name}` as Capability)
  return {
    layer: names.length === 0 ? 'capabilities' : `no ${names.map((name) => `CAP_${name}`).join(', ')}`,
    without: names.map((name) => `--cap-add ${name}`).join(' '),
    off: names.flatMap((name) => ['--cap-add', name]),
    // the flag would open the filter for these calls as well
    spec: (spec) => {
      const more = (set: readonly string[] = []) => [...new Set([...set, ...full])]
      const { bounding, effective, permitted } = spec.process.capabilities
      const sets = { bounding: more(bounding), effective: more(effective), permitted: more(permitted) }
      return {
        ...spec,
        process: { ...spec.process, capabilities: { ...spec.process.capabilities, ...sets } },
      }
    },
  }
}

/** One of Docker's fourteen, given up. */
export function given(name: string): Protection {
  return {
    layer: `--cap-drop ${name}`,
    without: 'the default, as in Docker: the right is one of the fourteen',
    on: ['--cap-drop', name],
  }
}

export const seccomp: Protection = {
  layer: 'seccomp',
  without: '--security-opt seccomp=unconfined',
  off: ['--security-opt', 'seccomp=unconfined'],
  spec: (spec) => ({ ...spec, linux: { ...spec.linux, seccomp: undefined } }) as Spec,
}

function shares(type: NamespaceType, without: string, off?: readonly string[]): Protection {
  return {
    layer: `${type === 'pid' || type === 'uts' || type === 'ipc' ? type.toUpperCase() : type} namespace`,
    without,
    ...(off ? { off } : {}),
    spec: (spec) => ({
      ...spec,
      linux: { ...spec.linux, namespaces: spec.linux.namespaces.filter((one) => one.type !== type) },
    }),
  }
}

export const pidNamespace = shares('pid', "a spec without the namespace `pid`, Docker's --pid host")
export const ipcNamespace = shares('ipc', "a spec without the namespace `ipc`, Docker's --ipc host")
export const utsNamespace: Protection = {
  ...shares('uts', "a spec without the namespace `uts`, Docker's --uts host"),
  spec: ({ hostname: _, ...spec }) => ({
    ...spec,
    linux: { ...spec.linux, namespaces: spec.linux.namespaces.filter(({ type }) => type !== 'uts') },
  }),
}
export const networkNamespace: Protection = {
  layer: 'network namespace',
  without: '--network host',
  on: ['--network', 'bridge'],
  off: ['--network', 'host'],
}

export const cgroupNamespace: Protection = {
  layer: 'cgroup namespace',
  without: 'a list without unshare(CLONE_NEWCGROUP)',
  steps: ({ steps }) => steps.filter(({ call }) => call.name !== 'unshare'),
}

export const maskedPaths: Protection = {
  layer: 'masked paths',
  without: '--security-opt systempaths=unconfined',
  off: ['--security-opt', 'systempaths=unconfined'],
  spec: (spec) => ({ ...spec, linux: { ...spec.linux, maskedPaths: [] } }),
}

export const readonlyPaths: Protection = {
  layer: 'read-only paths',
  without: '--security-opt systempaths=unconfined',
  off: ['--security-opt', 'systempaths=unconfined'],
  spec: (spec) => ({ ...spec, linux: { ...spec.linux, readonlyPaths: [] } }),
}

function writable(destination: string, layer: string): Protection {
  return {
    layer,
    without: `a spec without \`ro\` at ${destination}`,
    spec: (spec) => ({
      ...spec,
      mounts: spec.mounts.map((mount) =>
        mount.destination === destination
          ? { ...mount, options: mount.options?.filter((option) => option !== 'ro') }
          : mount,
      ),
    }),
  }
}

export const readonlySys = writable('/sys', 'read-only /sys')
export const readonlyCgroup = writable('/sys/fs/cgroup', 'read-only cgroup mount')

export const deviceCgroup: Protection = {
  layer: 'device cgroup',
  without: 'a spec whose `resources.devices` allow all, Docker’s --privileged',
  spec: (spec) => ({
    ...spec,
    linux: {
      ...spec.linux,
      resources: { ...spec.linux.resources, devices: [{ allow: true, access: 'rwm' }] },
    },
  }),
}

export const noNewPrivileges: Protection = {
  layer: 'no_new_privs',
  without: 'the default, as in Docker: no --security-opt no-new-privileges',
  on: ['--security-opt', 'no-new-privileges'],
}

/** A limit that is set by a flag, and that the container has not got without it. */
export function limit(...on: string[]): Protection {
  return { layer: on.join(' '), without: `without ${on.filter((one) => one.startsWith('-')).join(', ')}`, on }
}

export const pivotRoot: Protection = {
  layer: 'pivot_root',
  without: 'a list with chroot in its place, and the old root still there',
  steps: ({ steps }) =>
    steps.flatMap((step) => {
      if (step.call.name === 'pivot_root') return [{ ...step, call: chroot('.') }]
      return step.call.name === 'umount2' ? [] : [step]
    }),
}

/** A protection that is a property of the list of calls. */
export function listed(
  layer: string,
  without: string,
  steps: (listed: Listed) => readonly Step[],
): Protection {
  return { layer, without, steps }
}

export const isCall = (name: Syscall['name']) => (step: Step) => step.call.name === name

/** Put steps before or after the first that fits. */
export function insert(
  steps: readonly Step[],
  where: 'before' | 'after',
  fits: (step: Step) => boolean,
  calls: readonly Syscall[],
): readonly Step[] {
  const found = steps.findIndex(fits)
  if (found === -1) throw new Error('The list has no such step: the attack has to be adapted.')
  const at = where === 'before' ? found : found + 1
  const added = calls.map((call) => ({ chapter: 8, why: '', call }))
  return [...steps.slice(0, at), ...added, ...steps.slice(at)]
}
