// The host's firewall: put our table there if it is not, and find out who else refuses to forward.
//
// An "accept" of ours cannot overrule the "drop" of another table on the same hook: all of them are asked. So who
// drops must be told to let us pass. For Docker that is done here; for others we can only say it.

import { attempt } from '../syscall/call.ts'
import * as C from '../syscall/constants.ts'
import { close } from '../syscall/file.ts'
import { ask, openNetlink } from './conversation.ts'
import { chainsRequest, dockerRequest, dockerUser, tableRequest } from './firewall-plan.ts'
import { type Chain, chainFrom, deleteRule, deleteTable, getRules, rulesAbout, transaction } from './nft.ts'
import * as N from './numbers.ts'
import { published } from './publish-plan.ts'
import type { Bridge } from './settings.ts'

export interface Opened {
  /** Sentences for the user, about what was changed in others' tables or what blocks. */
  readonly notices: readonly string[]
  /** Ports are, or were, published in this network. */
  readonly hasPorts: boolean
}

/** See to it that packets of containers pass. If all is well, it is one question to the kernel. */
export function openFirewall(bridge: Bridge): Opened {
  const fd = openNetlink(C.NETLINK_NETFILTER)
  try {
    const chains = ask(fd, chainsRequest()).map(chainFrom)
    if (!chains.some((chain) => isOurs(chain, bridge))) ask(fd, tableRequest(bridge))
    const notices = chains
      .filter((chain) => refuses(chain, bridge))
      .flatMap((chain) => pass(fd, chain, chains, bridge))
    return {
      notices,
      hasPorts: chains.some(({ table, name }) => table === bridge.table && name === published),
    }
  } finally {
    attempt(close(fd))
  }
}

/**
 * Who would stop packets of containers, and what to do about it; nothing is changed. Docker is not among them, for
 * `openFirewall` comes to terms with it.
 */
export function blockers(bridge: Bridge): string[] {
  const fd = openNetlink(C.NETLINK_NETFILTER)
  try {
    const chains = ask(fd, chainsRequest()).map(chainFrom)
    return chains
      .filter((chain) => refuses(chain, bridge) && !isDocker(chain, chains))
      .flatMap((chain) => complaint(fd, chain, chains, bridge))
  } finally {
    attempt(close(fd))
  }
}

/** Take away our table, and our rules in Docker's chain. */
export function closeFirewall(bridge: Bridge): void {
  const fd = openNetlink(C.NETLINK_NETFILTER)
  try {
    const chains = ask(fd, chainsRequest()).map(chainFrom)
    const docker = chains.find(isDockerUser)
    const rules = docker ? rulesIn(fd, bridge, docker.family, docker.table, docker.name) : []
    const removals = [
      ...(chains.some((chain) => isOurs(chain, bridge)) ? [deleteTable(bridge.table)] : []),
      ...rules.map((handle) => deleteRule(dockerUser.table, dockerUser.chain, handle)),
    ]
    if (removals.length > 0)
      ask(fd, { why: 'take away our rules', messages: transaction(removals), allow: 'ENOENT' })
  } finally {
    attempt(close(fd))
  }
}

/** The names of all tables of IPv4 that have chains. */
export function tableNames(): string[] {
  const fd = openNetlink(C.NETLINK_NETFILTER)
  try {
    const chains = ask(fd, chainsRequest()).map(chainFrom)
    return [...new Set(chains.filter(({ family }) => family === N.NFPROTO_IPV4).map(({ table }) => table))]
  } finally {
    attempt(close(fd))
  }
}

function pass(fd: number, chain: Chain, chains: readonly Chain[], bridge: Bridge): string[] {
  if (isDocker(chain, chains)) {
    if (rulesIn(fd, bridge, chain.family, dockerUser.table, dockerUser.chain).length > 0) return []
    ask(fd, dockerRequest(bridge))
    return [
      `Docker lets no packets of others pass: two rules for ${bridge.name} were added to its chain DOCKER-USER.`,
    ]
  }
  return complaint(fd, chain, chains, bridge)
}

function complaint(fd: number, chain: Chain, chains: readonly Chain[], bridge: Bridge): string[] {
  // whoever names our bridge in the table has thought of it
  if (rulesIn(fd, bridge, chain.family, chain.table).length > 0) return []
  return [`${blocked(chain, bridge)}\n${remedy(chain, chains, bridge)}`]
}

function rulesIn(fd: number, bridge: Bridge, family: number, table: string, chain?: string): Buffer[] {
  const messages = [getRules(family, table, chain)]
  return rulesAbout(ask(fd, { why: 'ask for the rules', messages, allow: 'ENOENT' }), bridge.name)
}

function isOurs({ family, table, name }: Chain, bridge: Bridge): boolean {
  return family === N.NFPROTO_IPV4 && table === bridge.table && name === 'forward'
}

/** Does it hang where packets are forwarded, and refuse those that it does not know? */
function refuses({ family, table, hook, drops }: Chain, bridge: Bridge): boolean {
  const seesIpv4 = family === N.NFPROTO_IPV4 || family === N.NFPROTO_INET
  if (!seesIpv4 || hook !== N.NF_INET_FORWARD || (family === N.NFPROTO_IPV4 && table === bridge.table))
    return false
  // firewalld refuses by its last rule
  return drops || table === 'firewalld'
}

function isIptablesForward({ family, table, name }: Chain): boolean {
  return family === N.NFPROTO_IPV4 && table === 'filter' && name === 'FORWARD'
}

function isDocker(chain: Chain, chains: readonly Chain[]): boolean {
  return isIptablesForward(chain) && chains.some(isDockerUser)
}

function isDockerUser({ family, table, name }: Chain): boolean {
  return family === N.NFPROTO_IPV4 && table === dockerUser.table && name === dockerUser.chain
}

function blocked({ family, table, name }: Chain, bridge: Bridge): string {
  const where = `${family === N.NFPROTO_INET ? 'inet' : 'ip'} ${table}, chain ${name}`
  return `The firewall of this host (table ${where}) lets no packets of ${bridge.name} pass: containers will not reach the outside, nor be reached at published ports.`
}

function remedy(chain: Chain, chains: readonly Chain[], { name }: Bridge): string {
  if (chain.table === 'firewalld')
    return `Do: firewall-cmd --permanent --zone=trusted --add-interface=${name} && firewall-cmd --reload`
  if (chains.some((one) => one.table === 'filter' && one.name === 'ufw-user-forward'))
    return `Do: ufw route allow in on ${name} && ufw route allow out on ${name}`
  if (isIptablesForward(chain))
    return `Do: iptables -I FORWARD -i ${name} -j ACCEPT && iptables -I FORWARD -o ${name} -j ACCEPT`
  const where = `${chain.family === N.NFPROTO_INET ? 'inet' : 'ip'} ${chain.table} ${chain.name}`
  return `Do: nft insert rule ${where} iifname ${name} accept && nft insert rule ${where} oifname ${name} accept`
}
