// The commands, by name. Each is in a file of its own, which is loaded when it is wanted.

import type { Command } from 'commander'

type Load = () => Promise<{ command: () => Command }>

export const commands: Readonly<Record<string, Load>> = {
  run: () => import('./run.ts'),
  exec: () => import('./exec.ts'),
  ps: () => import('./ps.ts'),
  rm: () => import('./rm.ts'),
  pull: () => import('./pull.ts'),
  images: () => import('./images.ts'),
  rmi: () => import('./rmi.ts'),
  inspect: () => import('./inspect.ts'),
  info: () => import('./info.ts'),
  version: () => import('./version.ts'),
  system: () => import('./system.ts'),
  doctor: () => import('./doctor.ts'),
}
