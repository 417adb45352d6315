// gocker info: how many of everything, and what this machine has for it.

import { readFileSync } from 'node:fs'
import { arch, cpus, hostname, release, totalmem } from 'node:os'
import { Command } from 'commander'
import { hierarchy } from '../cgroup/hierarchy.ts'
import { thisMachine } from '../container/machine.ts'
import { places } from '../container/places.ts'
import { list, status } from '../container/state.ts'
import { binarySize } from '../container/units.ts'
import { openStore } from '../image/store.ts'
import { usualProfile } from '../security/apparmor.ts'
import { fill } from './format.ts'
import { out } from './print.ts'
import { needRoot } from './root.ts'
import { version } from './version-number.ts'

export function command(): Command {
  return new Command('info')
    .description('Display system-wide information')
    .usage('[OPTIONS]')
    .option('-f, --format <string>', "'json', or a template as {{.Containers}}")
    .action(info)
}

export function info({ format }: { format?: string }): void {
  needRoot()
  const facts = gather()
  if (format === undefined) out(text(facts))
  else out(format === 'json' ? JSON.stringify(facts) : fill(format, facts))
}

function gather() {
  const here = places()
  const states = list(here).map(status)
  const count = (wanted: string) => states.filter((one) => one === wanted).length
  const control = hierarchy()
  return {
    Containers: states.length,
    ContainersRunning: count('running'),
    ContainersPaused: 0,
    ContainersStopped: states.length - count('running'),
    Images: new Set(
      openStore(here.root)
        .list()
        .map(({ id }) => id),
    ).size,
    ServerVersion: version(),
    Driver: 'overlay2',
    CgroupDriver: 'cgroupfs',
    CgroupVersion: String(control.version),
    CgroupControllers: control.mounts.flatMap(({ controllers }) => controllers),
    SecurityOptions: securityOptions(),
    KernelVersion: release(),
    OperatingSystem: systemName(),
    OSType: 'linux',
    Architecture: arch() === 'x64' ? 'x86_64' : 'aarch64',
    NCPU: cpus().length,
    MemTotal: totalmem(),
    Name: hostname(),
    DockerRootDir: here.root,
  }
}

function text(facts: ReturnType<typeof gather>): string {
  return [
    `Containers: ${facts.Containers}`,
    ` Running: ${facts.ContainersRunning}`,
    ` Paused: ${facts.ContainersPaused}`,
    ` Stopped: ${facts.ContainersStopped}`,
    `Images: ${facts.Images}`,
    `Server Version: ${facts.ServerVersion}`,
    `Storage Driver: ${facts.Driver}`,
    `Cgroup Driver: ${facts.CgroupDriver}`,
    `Cgroup Version: ${facts.CgroupVersion}`,
    `Cgroup Controllers: ${facts.CgroupControllers.join(' ')}`,
    ...(facts.SecurityOptions.length > 0 ? ['Security Options:'] : []),
    ...facts.SecurityOptions.flatMap(optionLines),
    `Kernel Version: ${facts.KernelVersion}`,
    `Operating System: ${facts.OperatingSystem}`,
    `OSType: ${facts.OSType}`,
    `Architecture: ${facts.Architecture}`,
    `CPUs: ${facts.NCPU}`,
    `Total Memory: ${binarySize(facts.MemTotal)}`,
    `Name: ${facts.Name}`,
    `Gocker Root Dir: ${facts.DockerRootDir}`,
  ].join('\n')
}

/** `name=seccomp,profile=builtin` as Docker prints it: its name, and below it what else is known of it. */
function optionLines(option: string): string[] {
  const [name = '', ...more] = option.split(',').map((part) => part.replace(/^name=/, ''))
  return [
    `  ${name}`,
    ...more.map((part) => `   ${part[0]!.toUpperCase()}${part.slice(1).replace('=', ': ')}`),
  ]
}

/** What is upon every container, if nothing else is said. In Docker's words. */
function securityOptions(): string[] {
  const hasFilters = /^Seccomp:/m.test(readFileSync('/proc/self/status', 'latin1'))
  return [
    ...(thisMachine().apparmor()?.includes(usualProfile) ? ['name=apparmor'] : []),
    ...(hasFilters ? ['name=seccomp,profile=builtin'] : []),
    ...(process.env.GOCKER_USERNS_REMAP ? ['name=userns'] : []),
  ]
}

/** os-release(5) */
function systemName(): string {
  try {
    return /^PRETTY_NAME="?([^"\n]*)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'Linux'
  } catch {
    return 'Linux'
  }
}
