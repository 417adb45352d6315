// gocker update: other limits and another restart policy for containers, also while they run.

import { Command } from 'commander'
import { hierarchy } from '../cgroup/hierarchy.ts'
import { find } from '../container/named.ts'
import type { RunOptions } from '../container/options.ts'
import { places } from '../container/places.ts'
import { resourcesOf } from '../container/spec-resources.ts'
import { isRunning, loadSpec, type State, saveSpec, update } from '../container/state.ts'
import { whileStays } from '../container/stay.ts'
import { UserError } from '../container/user-error.ts'
import { decimal, integer, size } from './container-flags.ts'
import { forEachName } from './for-each-name.ts'
import { restartPolicy } from './lifecycle-flags.ts'
import { err } from './print.ts'
import { type ResourceFlags, resourceOptions } from './resource-flags.ts'
import { needRoot } from './root.ts'

export function command(): Command {
  return new Command('update')
    .description('Update configuration of one or more containers')
    .usage('[OPTIONS] CONTAINER [CONTAINER...]')
    .argument('<CONTAINER...>')
    .option('-m, --memory <bytes>', 'Memory limit', size('-m, --memory'))
    .option(
      '--memory-swap <bytes>',
      "Swap limit equal to memory plus swap: '-1' to enable unlimited swap",
      size('--memory-swap'),
    )
    .option('--memory-reservation <bytes>', 'Memory soft limit')
    .option('--cpus <decimal>', 'Number of CPUs', decimal)
    .option('-c, --cpu-shares <int>', 'CPU shares (relative weight)', integer('--cpu-shares'))
    .option('--cpu-quota <int>', 'Limit CPU CFS (Completely Fair Scheduler) quota', integer('--cpu-quota'))
    .option('--cpu-period <int>', 'Limit CPU CFS (Completely Fair Scheduler) period', integer('--cpu-period'))
    .option('--cpuset-cpus <string>', 'CPUs in which to allow execution (0-3, 0,1)')
    .option('--cpuset-mems <string>', 'MEMs in which to allow execution (0-3, 0,1)')
    .option('--pids-limit <int>', 'Tune container pids limit (set -1 for unlimited)', integer('--pids-limit'))
    .option(
      '--blkio-weight <uint16>',
      'Block IO (relative weight), between 10 and 1000, or 0 to disable (default 0)',
      integer('--blkio-weight'),
    )
    .option('--restart <policy>', 'Restart policy to apply when a container exits')
    .action((names: readonly string[], flags: Flags) => {
      needRoot()
      if (Object.keys(flags).length === 0)
        throw new UserError('you must provide one or more flags when using this command', 1)
      return forEachName(names, (name) => {
        const { id } = find(places(), name)
        // a start in this moment has the old limits, and then gets the new ones; or it has the new ones
        whileStays(places(), id, (state) => change(state, flags))
        return name
      })
    })
}

interface Flags extends ResourceFlags {
  readonly memory?: number
  readonly memorySwap?: number
  readonly cpus?: number
  readonly pidsLimit?: number
  readonly restart?: string
}

/** The kernel first: what it does not take is not written down. */
function change(state: State, flags: Flags): void {
  const options = withFlags(state.options, flags)
  const resources = resourcesOf(options)
  if (isRunning(state)) {
    const { devices: _, ...limits } = resources
    for (const warning of hierarchy().update(state.cgroup, limits).warnings) err(`WARNING: ${warning}`)
  }
  const spec = loadSpec(places(), state.id)
  saveSpec(places(), state.id, {
    ...spec,
    linux: { ...spec.linux, resources: { ...resources, devices: spec.linux.resources.devices } },
  })
  update(places(), state.id, (before) => ({ ...before, options }))
}

function withFlags(options: RunOptions, flags: Flags): RunOptions {
  const asked = Object.entries(resourceOptions(flags)).filter(
    ([, value]) => value !== undefined && (typeof value !== 'object' || Object.keys(value).length > 0),
  )
  const resources = options.resources ?? resourceOptions({})
  const {
    memory = options.memory,
    memorySwap = options.memorySwap,
    cpus,
    pidsLimit = options.pidsLimit,
  } = flags
  return {
    ...options,
    memory,
    memorySwap,
    cpus: cpus ?? options.cpus,
    pidsLimit,
    restart: flags.restart === undefined ? options.restart : restartPolicy(flags.restart, options.rm),
    resources: { ...resources, ...Object.fromEntries(asked) },
  }
}
