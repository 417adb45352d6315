// Image config and command line in, OCI runtime spec out. A pure function: it decides, and does nothing.

import type { ImageConfig } from '../image/store.ts'
import type { NamespaceType } from '../namespaces/kinds.ts'
import type { IdMaps } from '../namespaces/owned.ts'
import { capabilitySet, processCapabilities } from '../security/capabilities.ts'
import { labelsFor } from '../security/selinux.ts'
import { groupIds, resolveUser } from '../security/users.ts'
import { environmentOf } from './environment.ts'
import { initAnnotation } from './init.ts'
import type { Machine } from './machine.ts'
import type { Mounted } from './mount-request.ts'
import type { RunOptions } from './options.ts'
import type { Spec } from './spec.ts'
import { argsOf, checkedName, hostnameOf } from './spec-args.ts'
import { type FileOfHost, mountsOf } from './spec-mounts.ts'
import { resourcesOf } from './spec-resources.ts'
import { apparmorOf, coveredPaths, seccompOf } from './spec-security.ts'
import { checkedSysctls, usualSysctls } from './sysctls.ts'

/** What of the world the decision needs: all of it looked up before. */
export interface Given {
  readonly id: string
  readonly config: ImageConfig
  /** What follows the image's name on the command line. */
  readonly command: readonly string[]
  /** The image's /etc/passwd and /etc/group. */
  readonly passwd: string | undefined
  readonly group: string | undefined
  /** Where the root file system will be put together. */
  readonly rootPath: string
  /** Those that become /etc/resolv.conf, /etc/hostname and /etc/hosts. */
  readonly files: readonly FileOfHost[]
  /** What else is mounted: volumes, directories of the host. */
  readonly mounts: readonly Mounted[]
  /** Who its users are on the host, if not those with the same numbers. */
  readonly idMaps?: IdMaps
  /** undefined if nothing will be run. */
  readonly machine?: Machine
  readonly cgroupsPath: string
  /** The hostname of whoever's network is shared. */
  readonly hostname?: string
  readonly warn: (message: string) => void
}

/**
 * The spec of a container, by Docker's rules.
 * @throws UserError for a user, a capability or a command that there is not
 */
export function makeSpec(options: RunOptions, given: Given): Spec {
  const image = given.config.config ?? {}
  const args = argsOf(options, image, given.command)
  const user = resolveUser(options.user ?? image.User ?? '', given.passwd, given.group)
  const hostname = given.hostname ?? hostnameOf(options, given.id)
  const capabilities = capabilitySet({
    add: options.capAdd,
    drop: options.capDrop,
    privileged: options.privileged,
    available: given.machine?.capabilities,
  })
  for (const warning of capabilities.warnings) given.warn(warning)
  const labels = labelsFor(options.selinux ?? [], given.machine?.selinux(), given.id)
  return {
    ociVersion: '1.2.0',
    hostname,
    ...(options.domainname === undefined
      ? {}
      : { domainname: checkedName('domainname', options.domainname) }),
    process: {
      terminal: options.tty,
      args,
      env: environmentOf(options, image.Env ?? [], hostname, user.home),
      cwd: options.workdir ?? (image.WorkingDir || '/'),
      user: {
        uid: user.uid,
        gid: user.gid,
        additionalGids: [...user.additionalGids, ...groupIds(options.resources?.groups ?? [], given.group)],
      },
      capabilities: processCapabilities(capabilities.names, user.uid),
      noNewPrivileges: options.noNewPrivileges,
      ...apparmorOf(options, given.machine),
      ...(labels ? { selinuxLabel: labels.process } : {}),
      rlimits: options.resources?.rlimits ?? [],
      oomScoreAdj: options.resources?.oomScoreAdj,
    },
    ...(options.init ? { annotations: { [initAnnotation]: 'true' } } : {}),
    root: { path: given.rootPath, readonly: options.readOnly },
    mounts: mountsOf(options, given.files, given.mounts),
    linux: {
      namespaces: namespacesFor(options, given),
      ...(given.idMaps ? { uidMappings: given.idMaps.uid, gidMappings: given.idMaps.gid } : {}),
      cgroupsPath: given.cgroupsPath,
      devices: options.privileged ? (given.machine?.devices() ?? []) : (options.resources?.devices ?? []),
      resources: resourcesOf(options),
      ...(labels ? { mountLabel: labels.mount } : {}),
      ...coveredPaths(options, given.machine),
      sysctl: { ...usualSysctls(options), ...checkedSysctls(options) },
      ...seccompOf(options, capabilities.names, given.machine?.kernel),
    },
  }
}

function namespacesFor({ network }: RunOptions, { idMaps }: Given): { type: NamespaceType }[] {
  const types: NamespaceType[] = ['mount', 'uts', 'ipc', 'pid', 'cgroup']
  if (network !== 'host') types.push('network')
  if (idMaps) types.push('user')
  return types.map((type) => ({ type }))
}
