import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { mountFlag, volumeFlag, volumesFromFlag } from './mount-flags.ts'

describe('-v', () => {
  it.each([
    ['/srv:/data', { type: 'bind', source: '/srv', target: '/data', readOnly: false, makesSource: true }],
    ['/srv:/data:ro', { type: 'bind', source: '/srv', target: '/data', readOnly: true, makesSource: true }],
    [
      '/a:/b:ro,rslave',
      { type: 'bind', source: '/a', target: '/b', readOnly: true, propagation: 'rslave', makesSource: true },
    ],
    ['/a:/b:z', { type: 'bind', source: '/a', target: '/b', readOnly: false, makesSource: true }],
    ['data:/var/lib', { type: 'volume', name: 'data', target: '/var/lib', readOnly: false, noCopy: false }],
    ['data:/x:nocopy', { type: 'volume', name: 'data', target: '/x', readOnly: false, noCopy: true }],
    ['/data', { type: 'volume', target: '/data', readOnly: false, noCopy: false }],
  ])('%s', (text, expected) => expect(volumeFlag(text)).toMatchObject(expected))

  it.each([
    ['../a:/b:ro', `${resolve('../a')}:/b:ro`],
    ['data:/x', 'data:/x'],
    ['/data', undefined],
  ])('%s is kept for inspect as %s', (text, bind) => {
    const request = volumeFlag(text)
    expect('bind' in request ? request.bind : undefined).toBe(bind)
  })

  it('a path that begins with a dot is of the current directory', () => {
    expect(volumeFlag('./x:/y')).toMatchObject({ type: 'bind', source: `${process.cwd()}/x` })
  })

  it.each([
    ['a:b:c:d', 'invalid volume specification'],
    [':/x', 'invalid volume specification'],
    ['/a:/b:rw,wrong', 'invalid mode: rw,wrong'],
    ['a b:/x', 'includes invalid characters for a local volume name'],
    ['../x:/y/../z:quick', 'invalid mode: quick'],
  ])('%s is refused', (text, message) => expect(() => volumeFlag(text)).toThrow(message))
})

describe('--mount', () => {
  it.each([
    [
      'type=bind,source=/srv,target=/data,readonly',
      {
        type: 'bind',
        source: '/srv',
        target: '/data',
        readOnly: true,
        makesSource: false,
        nonRecursive: false,
      },
    ],
    [
      'type=volume,src=data,dst=/x,volume-nocopy',
      { type: 'volume', name: 'data', target: '/x', readOnly: false, noCopy: true },
    ],
    ['dst=/x', { type: 'volume', target: '/x', readOnly: false, noCopy: false }],
    [
      'type=tmpfs,target=/t,tmpfs-size=1m,tmpfs-mode=1770',
      { type: 'tmpfs', target: '/t', readOnly: false, options: ['size=1048576', 'mode=1770'] },
    ],
    [
      'type=bind,src=/a,dst=/b,ro=false',
      { type: 'bind', source: '/a', target: '/b', readOnly: false, makesSource: false, nonRecursive: false },
    ],
  ])('%s', (text, expected) => expect(mountFlag(text)).toEqual(expected))

  it.each([
    ['type=bind,source=/srv', 'target is required'],
    ['type=bind,target=/x', 'field Source must not be empty'],
    ['type=tape,target=/x', 'mount type unknown: "tape"'],
    ['type=bind,src=/a,dst=/b,colour=red', "unknown option 'colour'"],
    ['type=bind,src,dst=/b', 'must be a key=value pair'],
    ['type=tmpfs,src=/a,dst=/b', 'field Source must not be specified'],
  ])('%s is refused', (text, message) => expect(() => mountFlag(text)).toThrow(message))
})

describe('--volumes-from', () => {
  it('is a container, and perhaps a mode', () => {
    expect(volumesFromFlag('db')).toEqual({ container: 'db' })
    expect(volumesFromFlag('db:ro')).toEqual({ container: 'db', readOnly: true })
    expect(() => volumesFromFlag('db:fast')).toThrow('invalid mode: fast')
  })
})
