// The commands, by name. Each is in a file of its own, which is loaded when it is wanted.

import type { Command } from 'commander'

type Load = () => Promise<{ command: () => Command }>

/** Not for people: what the program starts itself as. */
export const internal: Readonly<Record<string, Load>> = {
  supervise: () => import('./supervise.ts'),
}

export const commands: Readonly<Record<string, Load>> = {
  run: () => import('./run.ts'),
  create: () => import('./create.ts'),
  start: () => import('./start.ts'),
  stop: () => import('./stop.ts'),
  restart: () => import('./restart.ts'),
  kill: () => import('./kill.ts'),
  pause: () => import('./pause.ts'),
  unpause: async () => ({ command: (await import('./pause.ts')).unpauseCommand }),
  wait: () => import('./wait.ts'),
  rename: () => import('./rename.ts'),
  logs: () => import('./logs.ts'),
  attach: () => import('./attach.ts'),
  exec: () => import('./exec.ts'),
  ps: () => import('./ps.ts'),
  rm: () => import('./rm.ts'),
  pull: () => import('./pull.ts'),
  images: () => import('./images.ts'),
  rmi: () => import('./rmi.ts'),
  tag: () => import('./tag.ts'),
  history: () => import('./history.ts'),
  save: () => import('./save.ts'),
  load: () => import('./load.ts'),
  export: () => import('./export.ts'),
  import: () => import('./import.ts'),
  commit: () => import('./commit.ts'),
  login: () => import('./login.ts'),
  logout: () => import('./logout.ts'),
  image: () => import('./image.ts'),
  update: () => import('./update.ts'),
  stats: () => import('./stats.ts'),
  top: () => import('./top.ts'),
  events: () => import('./events.ts'),
  cp: () => import('./cp.ts'),
  diff: () => import('./diff.ts'),
  container: () => import('./container.ts'),
  volume: () => import('./volume.ts'),
  inspect: () => import('./inspect.ts'),
  info: () => import('./info.ts'),
  version: () => import('./version.ts'),
  seccomp: () => import('./seccomp.ts'),
  network: () => import('./network.ts'),
  port: () => import('./port.ts'),
  system: () => import('./system.ts'),
  doctor: () => import('./doctor.ts'),
}
