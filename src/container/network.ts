// The network of one container, by the mode that was asked for: what is attached, and what its files say.

import { type Attachment, attach } from '../network/attach.ts'
import { type NetworkFiles, networkFiles } from '../network/files.ts'
import type { RunOptions } from './options.ts'
import type { State } from './state.ts'

export interface ContainerNetwork {
  /** undefined: the host's network is used. */
  readonly attachment: Attachment | undefined
  /** For the container's state. */
  readonly recorded: State['network']
  /** What /etc/resolv.conf, /etc/hosts and /etc/hostname shall be. */
  readonly files: NetworkFiles
  /** What was changed on the host, for the person to know. */
  readonly notices: readonly string[]
}

export function connect(options: Pick<RunOptions, 'network' | 'dns'>, hostname: string): ContainerNetwork {
  const { network: mode, dns } = options
  const attachment = mode === 'host' ? undefined : attach({ mode })
  const { address, gateway, mac, hostLink } = attachment ?? {}
  return {
    attachment,
    recorded: { mode, address, gateway, mac, link: hostLink },
    files: networkFiles({ mode, hostname, address, dns }),
    notices: attachment?.notices ?? [],
  }
}
