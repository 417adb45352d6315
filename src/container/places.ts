// Where things lie. GOCKER_ROOT moves everything into one folder, as each test wants it.
//
//   /var/lib/gocker/images      the images, an OCI image layout
//   /var/lib/gocker/layers      their layers, unpacked
//   /var/lib/gocker/containers  one folder a container
//   /var/lib/gocker/names       one symbolic link a name
//   /var/lib/gocker/volumes     one folder a volume: data that outlives containers
//   /var/lib/gocker/networks    one file a network that somebody has made

import { join } from 'node:path'

export interface Places {
  readonly root: string
  readonly layers: string
  readonly containers: string
  readonly names: string
  readonly volumes: string
  readonly networks: string
}

/** The folders for this environment; none of them is made here. */
export function places(env: NodeJS.ProcessEnv = process.env): Places {
  const root = env.GOCKER_ROOT || '/var/lib/gocker'
  return {
    root,
    layers: join(root, 'layers'),
    containers: join(root, 'containers'),
    names: join(root, 'names'),
    volumes: join(root, 'volumes'),
    networks: join(root, 'networks'),
  }
}
