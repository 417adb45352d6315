// Bytes that are read by hand: answers of netlink, headers of programs, frames of the supervisor, logs, the tables of users.
// Whatever comes, it is read as far as it goes.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { parseMounts } from '../../src/cgroup/mounts.ts'
import { addressFrom, destinationFrom } from '../../src/network/addresses.ts'
import { withNames } from '../../src/network/hosts.ts'
import { attribute, attributesIn, decode, encode, listIn, message } from '../../src/network/netlink.ts'
import { chainFrom, commentsIn, getChains, newChain, newRule, rulesAbout } from '../../src/network/nft.ts'
import * as N from '../../src/network/numbers.ts'
import { getRoute, linkFrom, newVeth, wayOut } from '../../src/network/route.ts'
import { elfFile } from '../../src/rootfs/elf.fixture.ts'
import { readElf } from '../../src/rootfs/elf.ts'
import { groupIds, resolveUser } from '../../src/security/users.ts'
import * as frames from '../../src/supervisor/frame.ts'
import { logLine, splitter } from '../../src/supervisor/log-line.ts'
import { logReader } from '../../src/supervisor/log-reader.ts'
import { orRefused, patience, runs, spoiled } from './runs.ts'

vi.setConfig({ testTimeout: patience })

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gocker-fuzz-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const some = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes))

describe('netlink', () => {
  const veth = {
    name: 'veth-1',
    bridge: { index: 3, name: 'gocker0' },
    mtu: 1500,
    peer: { name: 'eth0', pid: 1 },
  }
  const right = fc.constantFrom(
    ...[
      newVeth(veth as unknown as Parameters<typeof newVeth>[0]),
      newChain({ table: 'gocker', name: 'c', type: 'nat', hook: 'prerouting', priority: -100 }),
      newRule('gocker', 'c', [], { comment: 'who made it' }),
      getRoute('1.1.1.1'),
      getChains(),
    ].map((one) => encode([one], 1, 0)),
  )

  it('an answer of any bytes is read as far as it goes', () => {
    fc.assert(
      fc.property(fc.oneof(some, spoiled(right)), (bytes) => {
        const answers = decode(bytes)
        for (const one of answers) {
          expect(one.body.length).toBeLessThanOrEqual(bytes.length)
          chainFrom(one)
          linkFrom(one)
          wayOut(one)
          addressFrom(one)
          destinationFrom(one)
          listIn(one.body)
        }
        rulesAbout(answers, 'veth-1')
        for (const { handle } of commentsIn(answers)) expect(handle.length).toBeGreaterThanOrEqual(8)
      }),
      runs(10),
    )
  })

  it('what is encoded is decoded again', () => {
    const names = Object.keys(N.attributes) as N.AttributeName[]
    const one = fc.tuple(fc.constantFrom(...names), some)
    fc.assert(
      fc.property(fc.array(one, { maxLength: 5 }), fc.integer({ min: 1, max: 2 ** 31 }), (list, sequence) => {
        const attributes = list.map(([name, content]) => attribute(name, content, ''))
        const sent = message('RTM_NEWLINK', 0, Buffer.alloc(16), attributes)
        const [got, ...more] = decode(encode([sent], sequence, 0))
        expect(more).toEqual([])
        expect(got?.sequence).toBe(sequence)
        expect(listIn(got!.body.subarray(16))).toEqual(
          list.map(([name, content]) => [N.attributes[name], content]),
        )
        expect(attributesIn(got!.body.subarray(16)).size).toBe(
          new Set(list.map(([name]) => N.attributes[name])).size,
        )
      }),
      runs(4),
    )
  })
})

describe('a program', () => {
  const right = fc.constant(
    elfFile(62, '/lib64/ld-linux-x86-64.so.2', [
      [1, 'libc.so.6'],
      [29, '$ORIGIN/../lib'],
    ]),
  )

  it('of any bytes is read as far as it goes, and no more memory is taken than it has', () => {
    const path = join(folder, 'program')
    fc.assert(
      fc.property(
        fc.oneof(
          spoiled(right),
          some.map((bytes) => Buffer.concat([Buffer.from('7f454c460201', 'hex'), bytes])),
        ),
        (bytes) => {
          writeFileSync(path, bytes)
          const elf = readElf(path)
          for (const text of [...(elf?.needed ?? []), ...(elf?.searched ?? []), elf?.interpreter ?? ''])
            expect(text.length).toBeLessThanOrEqual(bytes.length)
        },
      ),
      runs(2),
    )
  })
})

describe('the conversation with a supervisor', () => {
  it('is the same, whatever the pieces in which it comes', () => {
    const frame = fc.tuple(fc.constantFrom('S', 'i', 'e', 'w', 'n', '1', '2', 'x' as const), some)
    fc.assert(
      fc.property(
        fc.array(frame, { maxLength: 6 }),
        fc.array(fc.integer({ min: 1, max: 50 })),
        (list, pieces) => {
          const bytes = Buffer.concat(list.map(([kind, content]) => frames.encode(kind as 'i', content)))
          const got: [string, Buffer][] = []
          const take = frames.decoder(({ kind, content }) => got.push([kind, Buffer.from(content)]))
          let at = 0
          for (const size of [...pieces, bytes.length]) {
            take(Buffer.from(bytes.subarray(at, at + size)))
            at += size
          }
          expect(got).toEqual(list)
        },
      ),
      runs(2),
    )
  })
})

describe('a log', () => {
  it('has every byte in it, whatever the pieces in which it comes', () => {
    const output = fc.array(fc.oneof(fc.constantFrom('\n', 'a', 'line\n', 'x'.repeat(20_000)), fc.string()), {
      maxLength: 10,
    })
    fc.assert(
      fc.property(
        output,
        fc.array(fc.integer({ min: 1, max: 30_000 }), { maxLength: 5 }),
        (parts, pieces) => {
          const bytes = Buffer.from(parts.join(''))
          const split = splitter()
          const lines: Buffer[] = []
          let at = 0
          for (const size of [...pieces, bytes.length]) {
            lines.push(...split.take(Buffer.from(bytes.subarray(at, at + size))))
            at += size
          }
          lines.push(...split.end())
          expect(Buffer.concat(lines).equals(bytes)).toBe(true)
          for (const line of lines)
            expect(line.indexOf('\n') === -1 || line.indexOf('\n') === line.length - 1).toBe(true)
        },
      ),
      runs(),
    )
  })

  it('that was cut by a crash is read without the line that is not whole', () => {
    const path = join(folder, 'log')
    const lines = fc.array(
      fc.string().map((text) => logLine(Buffer.from(`${text}\n`), 'stdout', '2026-01-01T00:00:00Z')),
    )
    fc.assert(
      fc.property(lines, fc.nat(), (all, place) => {
        const whole = Buffer.from(all.join(''))
        const bytes = whole.subarray(0, whole.length === 0 ? 0 : place % whole.length)
        writeFileSync(path, bytes)
        const entries = [...logReader(path).now()].flat()
        expect(entries.length).toBe(bytes.toString().split('\n').length - 1)
        for (const { log, stream } of entries)
          expect([typeof log, typeof stream]).toEqual(['string', 'string'])
      }),
      runs(),
    )
  })
})

describe('texts', () => {
  const file = fc
    .array(
      fc.oneof(
        fc.constantFrom(
          'root:x:0:0::/root:/bin/sh',
          'a:x:1000:1000::/:',
          'g:x:5:a,root',
          ':::',
          'a',
          '#',
          'a:x:-1:4294967296::',
        ),
        fc.string(),
      ),
    )
    .map((lines) => lines.join('\n'))

  it('the tables of users give a number in range, or a refusal', () => {
    const spec = fc.oneof(
      fc.constantFrom('', 'root', 'a', 'a:g', '0', '1000:5', '-1', '4294967296', ':', '0:0:0', '2147483648'),
      fc.string(),
    )
    fc.assert(
      fc.property(spec, file, file, (user, passwd, group) => {
        const found = orRefused(() => resolveUser(user, passwd, group))
        for (const id of found ? [found.uid, found.gid, ...found.additionalGids] : []) {
          expect(Number.isInteger(id)).toBe(true)
          expect(id >= 0 && id < 2 ** 31).toBe(true)
        }
        orRefused(() => groupIds([user], group))
      }),
      runs(10),
    )
  })

  it('names in /etc/hosts come and go, and what a container wrote itself stays', () => {
    const line = fc.record({
      address: fc.constant('10.0.0.2'),
      names: fc.array(fc.constantFrom('web', 'db'), { minLength: 1 }),
    })
    fc.assert(
      fc.property(fc.string(), fc.array(line), (content, names) => {
        expect(withNames(withNames(content, names), []).trimEnd()).toBe(content.trimEnd())
        expect(withNames(withNames(content, names), names)).toBe(withNames(content, names))
      }),
      runs(),
    )
  })

  it('the list of mounts is read as far as it goes', () => {
    const piece = fc.constantFrom(
      '1 2 0:3 / /sys/fs/cgroup',
      ' - cgroup cgroup rw,memory',
      ' - cgroup2 none rw',
      '\n',
      ' ',
      '\\040',
    )
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string()), { maxLength: 10 }), (parts) => {
        for (const { version } of parseMounts(parts.join(''))) expect([1, 2]).toContain(version)
      }),
      runs(4),
    )
  })
})
