// Every attack, in the order of the table.

import type { Attack } from './attack.ts'
import { caller } from './caller.ts'
import { cgroup } from './cgroup.ts'
import { devices } from './devices.ts'
import { engine } from './engine.ts'
import { exhaustion } from './exhaustion.ts'
import { kernel } from './kernel.ts'
import { layers } from './layers.ts'
import { network } from './network.ts'
import { proc } from './proc.ts'
import { processes } from './processes.ts'
import { registry } from './registry.ts'
import { root } from './root.ts'

export interface Theme {
  readonly title: string
  readonly attacks: readonly Attack[]
}

export const themes: readonly Theme[] = [
  { title: 'The root file system', attacks: root },
  { title: '/proc and /sys', attacks: proc },
  { title: 'Control groups', attacks: cgroup },
  { title: 'Devices', attacks: devices },
  { title: 'Processes', attacks: processes },
  { title: 'Whoever starts it, and other users', attacks: caller },
  { title: 'The engine at work', attacks: engine },
  { title: 'Layers of an image', attacks: layers },
  { title: 'Registries', attacks: registry },
  { title: 'The network', attacks: network },
  { title: 'Taking too much', attacks: exhaustion },
  { title: 'The kernel', attacks: kernel },
]

export const all: readonly Attack[] = themes.flatMap(({ attacks }) => attacks)
