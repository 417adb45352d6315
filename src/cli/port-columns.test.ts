import { describe, expect, it } from 'vitest'
import { folded } from './port-columns.ts'

/** `address:host->port/protocol`, or `port/protocol` */
const ports = (...texts: string[]) =>
  texts.map((text) => {
    const [, address = '', hostPort = '0', port, protocol] = /^(?:([\d.]+):(\d+)->)?(\d+)\/(\w+)$/.exec(text)!
    return { port: Number(port), protocol: protocol!, address, hostPort: Number(hostPort) }
  })

describe('the column PORTS', () => {
  // docker/cli, cli/command/formatter/container_test.go: TestDisplayablePorts
  it.each([
    [['9988/tcp'], '9988/tcp'],
    [['9988/udp'], '9988/udp'],
    [['0.0.0.0:0->9988/tcp'], '0.0.0.0:0->9988/tcp'],
    [['4.3.2.1:8899->9988/tcp'], '4.3.2.1:8899->9988/tcp'],
    [['4.3.2.1:9988->9988/tcp'], '4.3.2.1:9988->9988/tcp'],
    [['9988/tcp', '9988/udp'], '9988/tcp, 9988/udp'],
    [['1.2.3.4:9998->9998/udp', '1.2.3.4:9999->9999/udp'], '1.2.3.4:9998-9999->9998-9999/udp'],
    [['1.2.3.4:8887->9998/udp', '1.2.3.4:8888->9999/udp'], '1.2.3.4:8887->9998/udp, 1.2.3.4:8888->9999/udp'],
    [['9998/udp', '9999/udp'], '9998-9999/udp'],
    [['1.2.3.4:7766->6677/tcp', '9988/udp'], '9988/udp, 1.2.3.4:7766->6677/tcp'],
    [
      ['1.2.3.4:9988->9988/udp', '1.2.3.4:9988->9988/tcp', '4.3.2.1:2233->3322/tcp'],
      '1.2.3.4:9988->9988/tcp, 1.2.3.4:9988->9988/udp, 4.3.2.1:2233->3322/tcp',
    ],
    [
      [
        '80/tcp',
        '1024/tcp',
        '80/udp',
        '1024/udp',
        '1.1.1.1:80->1024/tcp',
        '2.1.1.1:80->1024/udp',
        '1.1.1.1:1024->80/tcp',
      ],
      '80/tcp, 80/udp, 1024/tcp, 1024/udp, 1.1.1.1:1024->80/tcp, 1.1.1.1:80->1024/tcp, 2.1.1.1:80->1024/udp',
    ],
    [['80/tcp', '82/tcp', '83/tcp'], '80/tcp, 82-83/tcp'],
    [[], ''],
  ])('%j', (given, expected) => expect(folded(ports(...given))).toBe(expected))
})
