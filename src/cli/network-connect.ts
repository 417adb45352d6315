// gocker network connect, disconnect: put a container on a network, take it off; also while it runs.

import type { Command } from 'commander'
import { connectContainer, disconnectContainer } from '../container/network-connect.ts'
import { places } from '../container/places.ts'
import { ipFlag } from './network-flags.ts'
import { err } from './print.ts'
import { needRoot } from './root.ts'

const several = (value: string, before: readonly string[] | undefined) => [...(before ?? []), value]

export function addConnectCommands(network: Command): void {
  network
    .command('connect')
    .description('Connect a container to a network')
    .usage('[OPTIONS] NETWORK CONTAINER')
    .argument('<NETWORK>')
    .argument('<CONTAINER>')
    .option('--ip <ip>', 'IPv4 address (e.g., "172.30.100.104")')
    .option('--alias <list>', 'Add network-scoped alias for the container', several)
    .action(connect)
  network
    .command('disconnect')
    .description('Disconnect a container from a network')
    .usage('[OPTIONS] NETWORK CONTAINER')
    .argument('<NETWORK>')
    .argument('<CONTAINER>')
    .option('-f, --force', 'Force the container to disconnect from a network', false)
    .action(disconnect)
}

function connect(
  network: string,
  container: string,
  { ip, alias = [] }: { ip?: string; alias?: readonly string[] },
): void {
  needRoot()
  const request = { network, ip: ipFlag(ip), aliases: alias }
  for (const notice of connectContainer(places(), container, request)) err(notice)
}

function disconnect(network: string, container: string): void {
  needRoot()
  disconnectContainer(places(), container, network)
}
