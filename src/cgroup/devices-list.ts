// Which devices a container may use, version 1: a list that the kernel keeps in each group, and that lines are added to and taken
// from. Version 2 has a program for that instead: devices-bpf.ts. Documentation/admin-guide/cgroup-v1/devices.rst

import { type Step, stepsOf } from '../syscall/syscall.ts'
import { exceptionLine, policyOf } from './device-policy.ts'
import { CgroupError } from './error.ts'
import { readText } from './files.ts'
import { writing } from './limit.ts'
import type { DeviceRule } from './resources.ts'
import type { FileOf } from './shared-limits.ts'

const step = stepsOf(4)

/** The steps that allow what the rules allow, and nothing else. */
export function deviceSteps(file: FileOf, rules: readonly DeviceRule[]): Step[] {
  const { allow, exceptions } = policyOf(rules)
  const lines = exceptions.map(exceptionLine)
  return [
    ...(allow ? [] : step('no device may be used', ...writing(file('devices.deny'), 'a'))),
    ...(lines.length === 0
      ? []
      : step(
          allow ? 'but not these devices' : 'but these',
          ...writing(file(allow ? 'devices.deny' : 'devices.allow'), ...lines),
        )),
  ]
}

/** @throws CgroupError if the list in the file is another one than the rules make */
export function checkDevices(file: string, rules: readonly DeviceRule[]): void {
  const { allow, exceptions } = policyOf(rules)
  const list = new Set(
    readText(file)
      ?.split('\n')
      .filter((line) => line !== ''),
  )
  // with everything allowed the file says no more than that, whatever the exceptions are
  const expected = allow ? ['a *:* rwm'] : exceptions.map(exceptionLine)
  const lost = expected.find((line) => !list.has(line))
  if (lost === undefined && list.size === expected.length) return
  throw new CgroupError(
    `Cannot hold the container to its devices: ${file} says ${[...list].join(', ') || 'nothing'} and not ${expected.join(', ')}.`,
  )
}
