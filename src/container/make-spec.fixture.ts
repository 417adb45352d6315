// For tests: what a person who said nothing asks for, and a world that is the same on every machine.

import { type Given, makeSpec } from './make-spec.ts'
import type { RunOptions } from './options.ts'
import type { Spec } from './spec.ts'

export const nothingSaid: RunOptions = {
  env: [],
  interactive: false,
  tty: false,
  rm: false,
  readOnly: false,
  tmpfs: [],
  network: 'bridge',
  dns: [],
  capAdd: [],
  capDrop: [],
  privileged: false,
  noNewPrivileges: false,
}

const passwd = 'root:x:0:0:root:/root:/bin/sh\nalice:x:1000:100::/home/alice:/bin/sh\n'
const group = 'users:x:100:\nwheel:x:10:alice\n'

/** The spec for these options, this config of the image, and this command. */
export function specOf(
  options: Partial<RunOptions> = {},
  image: NonNullable<Given['config']['config']> = {},
  command: readonly string[] = ['true'],
  given: Partial<Given> = {},
): Spec {
  return makeSpec(
    { ...nothingSaid, ...options },
    {
      id: `0123456789ab${'0'.repeat(52)}`,
      config: { os: 'linux', architecture: 'amd64', config: image, rootfs: { type: 'layers', diff_ids: [] } },
      command,
      passwd,
      group,
      rootPath: '/containers/x/merged',
      mounts: [],
      files: ['resolv.conf', 'hostname', 'hosts'].map((name) => ({
        source: `/containers/x/${name}`,
        destination: `/etc/${name}`,
      })),
      cgroupsPath: 'gocker/x',
      warn: () => {},
      ...given,
    },
  )
}
