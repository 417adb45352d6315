import { describe, expect, it } from 'vitest'
import { notation } from '../syscall/trace.ts'
import { tableRequest } from './firewall-plan.ts'
import { NetlinkError } from './netlink-error.ts'
import { networkSteps } from './plan.ts'
import { newVeth } from './route.ts'
import { gocker0 } from './settings.ts'

const shown = (options: Parameters<typeof networkSteps>[0]) =>
  networkSteps(options).map((s) => notation(s.call))

describe('the steps of a network, on any system and without root', () => {
  it('make a namespace and come back before anything is asked of it', () => {
    const names = networkSteps({ mode: 'bridge' }).map(({ call }) => call.name)
    const [there, back, first] = [names.indexOf('unshare'), names.indexOf('setns'), names.indexOf('sendto')]
    expect(there).toBeGreaterThan(-1)
    expect(back).toBeGreaterThan(there)
    expect(first).toBeGreaterThan(back)
  })

  it('say in words what is sent', () => {
    const text = shown({ mode: 'bridge', address: '172.29.0.7' }).join('\n')
    expect(text).toContain('IFLA_IFNAME="veth-ac1d0007"')
    expect(text).toContain('IFLA_MASTER=if_nametoindex("gocker0")')
    expect(text).toContain('IFLA_ADDRESS=02:42:ac:1d:00:07')
    expect(text).toContain('if_nametoindex("eth0") 172.29.0.7/16')
    expect(text).toContain('default RTA_GATEWAY=172.29.0.1')
    expect(text).toContain('ip saddr 172.29.0.0/16 oifname != "gocker0" masquerade')
  })

  it('with mode none switch on the loopback and nothing else', () => {
    const sent = shown({ mode: 'none' }).filter((line) => line.startsWith('sendto'))
    expect(sent).toHaveLength(1)
    expect(sent[0]).toContain('if_nametoindex("lo") IFF_UP')
  })

  it('take the hardware address that is asked for', () => {
    expect(shown({ mode: 'bridge', mac: '02:00:00:00:00:07' }).join()).toContain(
      'IFLA_ADDRESS=02:00:00:00:00:07',
    )
  })

  it('belong to chapter 7, and each thought has a reason', () => {
    const steps = networkSteps({ mode: 'bridge' })
    expect(new Set(steps.map((s) => s.chapter))).toEqual(new Set([7]))
    expect(steps.filter((s) => s.why !== '').every((s) => !s.why.endsWith('.'))).toBe(true)
  })
})

describe('the transaction for the firewall', () => {
  it('has a beginning and an end, and names its part of netfilter big-endian', () => {
    const { messages } = tableRequest(gocker0)
    expect(messages[0]).toMatchObject({ name: 'NFNL_MSG_BATCH_BEGIN', body: Buffer.from([0, 0, 0, 10]) })
    expect(messages.at(-1)!.name).toBe('NFNL_MSG_BATCH_END')
  })
})

describe('a refusal', () => {
  const veth = newVeth({ name: 'veth-ac1d0002', mtu: 1500, peer: { name: 'eth0', netns: 5 } })

  it('names the message, the errno, and what the kernel says about it', () => {
    const { message, code } = new NetlinkError(veth, 22, 'Invalid MTU')
    expect(code).toBe('EINVAL')
    expect(message).toContain('{RTM_NEWLINK IFLA_IFNAME="veth-ac1d0002"')
    expect(message).toContain('EINVAL: Invalid argument (Invalid MTU)')
  })

  it('of a kind of link that the kernel does not have, says which module to load', () => {
    expect(new NetlinkError(veth, 95, 'Unknown device type').message).toContain('modprobe veth')
  })
})
