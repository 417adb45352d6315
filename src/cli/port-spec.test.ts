import { describe, expect, it } from 'vitest'
import { exposeFlag, publishFlag } from './port-spec.ts'

/** As a line: `address:first-last->port/protocol`. */
const shown = (text: string) =>
  publishFlag(text).map(({ hostAddress = '*', hostPorts, containerPort, protocol }) => {
    const host = hostPorts === undefined ? '' : [...new Set([hostPorts.first, hostPorts.last])].join('-')
    return `${hostAddress}:${host}->${containerPort}/${protocol}`
  })

describe('-p', () => {
  // go-connections, nat_test.go: what Docker makes of each
  it.each([
    ['80', ['*:->80/tcp']],
    ['80/udp', ['*:->80/udp']],
    ['80/UDP', ['*:->80/udp']],
    ['8080:80', ['*:8080->80/tcp']],
    ['8080:80/tcp', ['*:8080->80/tcp']],
    [':80', ['*:->80/tcp']],
    ['0:80', ['*:->80/tcp']],
    ['127.0.0.1:8080:80', ['127.0.0.1:8080->80/tcp']],
    ['127.0.0.1::80', ['127.0.0.1:->80/tcp']],
    ['0.0.0.0:53:53/udp', ['0.0.0.0:53->53/udp']],
    ['80-82', ['*:->80/tcp', '*:->81/tcp', '*:->82/tcp']],
    ['8000-8002:80-82', ['*:8000->80/tcp', '*:8001->81/tcp', '*:8002->82/tcp']],
    ['10.0.0.1:8000-8001:80-81/udp', ['10.0.0.1:8000->80/udp', '10.0.0.1:8001->81/udp']],
    ['8000-8010:80', ['*:8000-8010->80/tcp']],
    ['65535:65535', ['*:65535->65535/tcp']],
    ['published=8080,target=80', ['*:8080->80/tcp']],
    ['target=53,protocol=udp,published=127.0.0.1:5353', ['127.0.0.1:5353->53/udp']],
    ['target=80', ['*:->80/tcp']],
  ])('%s', (text, expected) => expect(shown(text)).toEqual(expected))

  it.each([
    ['', 'no port specified: <empty>'],
    ['8080:', 'no port specified: 8080:<empty>'],
    ['/tcp', 'no port specified: /tcp<empty>'],
    ['web', 'invalid containerPort: web'],
    ['published=80', 'no port specified: 80:/tcp<empty>'],
    ['target=80,udp', "invalid publish opts format (should be name=value but got 'udp')"],
    ['80:web', 'invalid containerPort: web'],
    ['web:80', 'invalid hostPort: web'],
    ['70000', 'invalid containerPort: 70000'],
    ['70000:80', 'invalid hostPort: 70000'],
    ['-80', 'invalid containerPort: -80'],
    ['82-80', 'invalid containerPort: 82-80'],
    ['80/http', 'invalid proto: http'],
    ['80/sctp', 'invalid proto: sctp'],
    ['host:80:80', 'invalid IP address: host'],
    ['1.2.3:80:80', 'invalid IP address: 1.2.3'],
    ['1.2.3.256:80:80', 'invalid IP address: 1.2.3.256'],
    ['01.2.3.4:80:80', 'invalid IP address: 01.2.3.4'],
    ['[::1]:80:80', 'IPv6 is off'],
    ['8000-8003:80-81', 'invalid ranges specified for container and host Ports: 80-81 and 8000-8003'],
    ['8000:80-81', 'invalid ranges specified for container and host Ports: 80-81 and 8000'],
  ])('%s is refused: %s', (text, message) => expect(() => publishFlag(text)).toThrow(message))
})

describe('--expose', () => {
  it.each([
    ['80', ['80/tcp']],
    ['53/udp', ['53/udp']],
    ['80-82', ['80/tcp', '81/tcp', '82/tcp']],
  ])('%s', (text, expected) => expect(exposeFlag(text)).toEqual(expected))

  it.each([
    ['8080:80', 'invalid port format for --expose: 8080:80'],
    ['web', 'invalid range format for --expose: web'],
    ['80/http', 'invalid proto: http'],
  ])('%s is refused: %s', (text, message) => expect(() => exposeFlag(text)).toThrow(message))
})
