// What is written down of containers. A folder of the test's own; no root, and no container.

import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { nothingSaid } from './make-spec.fixture.ts'
import { claim, find, forget } from './named.ts'
import { places as placesIn } from './places.ts'
import { startTime } from './process-info.ts'
import { exitCodeOf, ids, list, load, type State, save, status } from './state.ts'

const id = (beginning: string) => beginning.padEnd(64, '0')
const me = { pid: process.pid, started: startTime(process.pid) ?? 0 }

function state(changes: Partial<State> = {}): State {
  return {
    id: id('abc'),
    name: 'one',
    image: 'tiny',
    imageId: 'sha256:0',
    layers: [],
    command: ['true'],
    created: '2026-01-01T00:00:00Z',
    autoRemove: false,
    cgroup: 'gocker/abc',
    network: { mode: 'none', networks: [], ports: [] },
    options: nothingSaid,
    engine: me,
    ...changes,
  }
}

let places = placesIn({})
beforeEach(() => {
  places = placesIn({ GOCKER_ROOT: mkdtempSync(join(tmpdir(), 'gocker-state-')) })
})
afterEach(() => rmSync(places.root, { recursive: true }))

describe('the places', () => {
  it('are below /var/lib/gocker, or where GOCKER_ROOT says', () => {
    expect(placesIn({}).containers).toBe('/var/lib/gocker/containers')
    expect(placesIn({ GOCKER_ROOT: '' }).layers).toBe('/var/lib/gocker/layers')
    expect(placesIn({ GOCKER_ROOT: '/x' }).names).toBe('/x/names')
  })
})

describe('a container', () => {
  it('is found by name, by id, and by the beginning of its id', () => {
    claim(places, state())
    for (const wanted of ['one', id('abc'), 'abc', 'a', 'abc000'])
      expect(find(places, wanted)).toEqual(state())
  })

  it('is not found by anything else', () => {
    claim(places, state())
    for (const wanted of ['two', 'b', 'abcd', '../containers/x', '/', '.', 'ABC'])
      expect(() => find(places, wanted)).toThrow(`No such container: ${wanted}`)
  })

  it('a beginning that fits two is refused, but a name is a name', () => {
    claim(places, state())
    claim(places, state({ id: id('abd'), name: 'ab' }))
    expect(() => find(places, 'a')).toThrow('Multiple IDs found with provided prefix: a')
    expect(find(places, 'ab').id).toBe(id('abd'))
    expect(find(places, 'abd').id).toBe(id('abd'))
  })

  it('has its name for itself, and the second leaves nothing', () => {
    claim(places, state())
    expect(() => claim(places, state({ id: id('def') }))).toThrow(
      `Conflict. The container name "/one" is already in use by container "${id('abc')}".`,
    )
    expect(ids(places)).toEqual([id('abc')])
  })

  it('to which nobody gave a name gets another one if its own is taken', () => {
    claim(places, state())
    const names = ['one', 'two', 'three']
    const second = claim(places, state({ id: id('def') }), () => names.shift()!)
    expect(second).toEqual(state({ id: id('def'), name: 'two' }))
    expect(find(places, 'two')).toEqual(second)
    expect(find(places, 'one').id).toBe(id('abc'))
  })

  it('takes over the name of one that is gone without a trace', () => {
    claim(places, state())
    rmSync(join(places.containers, id('abc')), { recursive: true })
    claim(places, state({ id: id('def') }))
    expect(find(places, 'one').id).toBe(id('def'))
  })

  it('is forgotten with its name, unless another has that by now', () => {
    claim(places, state())
    forget(places, id('abc'), 'one')
    expect([ids(places), readdirSync(places.names)]).toEqual([[], []])
    claim(places, state({ id: id('def') }))
    forget(places, id('abc'), 'one')
    expect(find(places, 'one').id).toBe(id('def'))
  })

  it('is seen whole or not at all', () => {
    claim(places, state())
    save(places, state({ exitCode: 3 }))
    expect(load(places, id('abc'))?.exitCode).toBe(3)
    expect(readdirSync(join(places.containers, id('abc')))).toEqual(['spare', 'state.json'])
    mkdirSync(join(places.containers, id('bad')))
    writeFileSync(join(places.containers, id('bad'), 'state.json'), '{"id": "ba')
    expect(list(places)).toHaveLength(1)
    expect(ids(places)).toHaveLength(2)
  })

  it('the newest comes first', () => {
    claim(places, state({ created: '2026-01-01T00:00:00Z' }))
    claim(places, state({ id: id('def'), name: 'two', created: '2026-01-02T00:00:00Z' }))
    expect(list(places).map(({ name }) => name)).toEqual(['two', 'one'])
  })
})

describe.skipIf(process.platform !== 'linux')('the status is what the kernel says', () => {
  it.each<[string, Partial<State>, string]>([
    ['made, and its engine lives', {}, 'created'],
    ['made, and its engine is gone', { engine: { pid: me.pid, started: me.started + 1 } }, 'exited'],
    ['its process lives', { pid: me.pid, started: me.started }, 'running'],
    ['its number belongs to another process by now', { pid: me.pid, started: me.started + 1 }, 'exited'],
    ['its process is gone', { pid: 2 ** 22 + 1, started: 1 }, 'exited'],
    ['its end is noted', { pid: me.pid, started: me.started, finishedAt: 'x' }, 'exited'],
    [
      'its end is not noted yet, and its policy may start it again',
      { pid: me.pid, started: 1, options: { ...nothingSaid, restart: { when: 'always' } } },
      'restarting',
    ],
    [
      'the same, but a person has stopped it',
      {
        pid: me.pid,
        started: 1,
        options: { ...nothingSaid, restart: { when: 'always' } },
        stoppedByHand: true,
      },
      'exited',
    ],
    [
      'the same, and nobody watches it any more',
      {
        pid: me.pid,
        started: 1,
        options: { ...nothingSaid, restart: { when: 'always' } },
        engine: { ...me, started: 1 },
      },
      'exited',
    ],
  ])('%s', (_, changes, expected) => expect(status(state(changes))).toBe(expected))

  it('and the exit code 255 where no one saw the end', () => {
    expect([exitCodeOf(state()), exitCodeOf(state({ exitCode: 0 }))]).toEqual([255, 0])
  })
})
