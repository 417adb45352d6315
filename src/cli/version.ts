// gocker version: what this is, and on what it runs.

import { arch, release, type } from 'node:os'
import { Command } from 'commander'
import { fill } from './format.ts'
import { out } from './print.ts'
import { version } from './version-number.ts'

export function command(): Command {
  return new Command('version')
    .description('Show the Gocker version information')
    .usage('[OPTIONS]')
    .option('-f, --format <string>', "'json', or a template as {{.Version}}")
    .action(({ format }: { format?: string }) => out(shown(format)))
}

function shown(format: string | undefined): string {
  const facts = {
    Version: version(),
    NodeVersion: process.version,
    Os: type().toLowerCase(),
    Arch: arch(),
    KernelVersion: release(),
  }
  if (format === 'json') return JSON.stringify(facts)
  // Docker has two programs, and here is one
  if (format !== undefined) return fill(format, { ...facts, Client: facts, Server: facts })
  const rows: [string, string][] = [
    ['Version:', facts.Version],
    ['Node version:', facts.NodeVersion],
    ['OS/Arch:', `${facts.Os}/${facts.Arch}`],
    ['Kernel version:', facts.KernelVersion],
  ]
  return ['Gocker:', ...rows.map(([key, value]) => ` ${key.padEnd(18)}${value}`)].join('\n')
}
