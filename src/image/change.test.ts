import { describe, expect, it } from 'vitest'
import { applyChanges } from './change.ts'

const base = { Env: ['PATH=/bin', 'A=1'], Cmd: ['old'], WorkingDir: '/srv' }

describe('--change', () => {
  it.each([
    ['CMD ["a", "b c"]', { Cmd: ['a', 'b c'] }],
    ['cmd echo $A', { Cmd: ['/bin/sh', '-c', 'echo $A'] }],
    ['ENTRYPOINT ["/init"]', { Entrypoint: ['/init'], Cmd: undefined }],
    ['ENV A=2 B="two words" C=x\\ y', { Env: ['PATH=/bin', 'A=2', 'B=two words', 'C=x y'] }],
    ['ENV A two  words', { Env: ['PATH=/bin', 'A=two  words'] }],
    ['LABEL a="b c" \'d e\'=f', { Labels: { a: 'b c', 'd e': 'f' } }],
    ['EXPOSE 80 53/udp', { ExposedPorts: { '80/tcp': {}, '53/udp': {} } }],
    ['VOLUME ["/data"]', { Volumes: { '/data': {} } }],
    ['VOLUME /a /b', { Volumes: { '/a': {}, '/b': {} } }],
    ['WORKDIR www/', { WorkingDir: '/srv/www' }],
    ['WORKDIR /', { WorkingDir: '/' }],
    ['USER 1000:1000', { User: '1000:1000' }],
    ['STOPSIGNAL SIGUSR1', { StopSignal: 'SIGUSR1' }],
  ])('%s', (text, changed) => {
    expect(applyChanges(base, [text])).toEqual({ ...base, ...changed })
  })

  it('a new entrypoint takes the old arguments away, but not new ones', () => {
    const both = ['CMD ["new"]', 'ENTRYPOINT ["/init"]']
    expect(applyChanges(base, both)).toMatchObject({ Entrypoint: ['/init'], Cmd: ['new'] })
  })

  it('refuses what it does not know', () => {
    for (const text of ['RUN rm -rf /', 'FROM x', '', 'CMD', 'EXPOSE http', 'ENV A', 'LABEL a=b c'])
      expect(() => applyChanges({}, [text]), text).toThrow()
    expect(() => applyChanges({}, ['COPY a b'])).toThrow('COPY is not a valid change command')
  })
})
