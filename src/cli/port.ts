// gocker port: which ports of the host lead into a container.

import { Command } from 'commander'
import { find } from '../container/named.ts'
import { places } from '../container/places.ts'
import { UserError } from '../container/user-error.ts'
import { published } from './port-columns.ts'
import { out } from './print.ts'
import { needRoot } from './root.ts'

export function command(): Command {
  return new Command('port')
    .description('List port mappings or a specific mapping for the container')
    .usage('CONTAINER [PRIVATE_PORT[/PROTO]]')
    .argument('<CONTAINER>')
    .argument('[PRIVATE_PORT[/PROTO]]')
    .action(port)
}

function port(name: string, wanted: string | undefined): void {
  needRoot()
  const state = find(places(), name)
  const ports = published(state).toSorted(
    (a, b) => a.containerPort - b.containerPort || a.hostPort - b.hostPort,
  )
  const lines = ports.map(({ containerPort, protocol, hostAddress, hostPort }) => ({
    inside: `${containerPort}/${protocol}`,
    outside: `${hostAddress}:${hostPort}`,
  }))
  if (wanted === undefined) {
    if (lines.length > 0) out(lines.map(({ inside, outside }) => `${inside} -> ${outside}`).join('\n'))
    return
  }
  const [number = '', protocol = 'tcp'] = wanted.split('/')
  if (!/^\d{1,5}$/.test(number) || Number(number) > 65535)
    throw new UserError(`invalid port '${number}': invalid syntax`)
  const matching = lines.filter(({ inside }) => inside === `${Number(number)}/${protocol}`)
  if (matching.length === 0) throw new UserError(`no public port '${wanted}' published for ${name}`)
  out(matching.map(({ outside }) => outside).join('\n'))
}
