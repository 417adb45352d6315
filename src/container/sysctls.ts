// Settings below /proc/sys that a container may have for itself: those that belong to a namespace of its own. All others are
// the host's, and to set one for a container would be to set it for everybody. Docker's list. namespaces(7), ipc_namespaces(7)

import type { RunOptions } from './options.ts'
import { ENGINE_FAILED, UserError } from './user-error.ts'

const ofIpc = [
  'kernel.msgmax',
  'kernel.msgmnb',
  'kernel.msgmni',
  'kernel.sem',
  'kernel.shmall',
  'kernel.shmmax',
  'kernel.shmmni',
  'kernel.shm_rmid_forced',
]

/** With a network of its own, anyone may ping, and listen on any port: as Docker has it. */
export function usualSysctls({ network }: RunOptions): Record<string, string> {
  if (!hasOwnNetwork(network)) return {}
  return { 'net.ipv4.ip_unprivileged_port_start': '0', 'net.ipv4.ping_group_range': '0 2147483647' }
}

/** What the person asked for. @throws UserError for a setting that is not the container's own */
export function checkedSysctls({ resources, network }: RunOptions): Readonly<Record<string, string>> {
  const asked = resources?.sysctls ?? {}
  for (const key of Object.keys(asked)) {
    const isOwn =
      ofIpc.includes(key) ||
      key.startsWith('fs.mqueue.') ||
      (key.startsWith('net.') && hasOwnNetwork(network))
    if (!isOwn || key.includes('/') || key.includes('..'))
      throw new UserError(
        `invalid argument "${key}" for "--sysctl" flag: sysctl '${key}' is not allowed\nOnly what belongs to a namespace of the container can be set for it alone${key.startsWith('net.') ? ', and here it uses the network of another' : ''}.`,
        ENGINE_FAILED,
      )
  }
  return asked
}

const hasOwnNetwork = (network: string) => network !== 'host' && !network.startsWith('container:')
