import { describe, expect, it } from 'vitest'
import { hostsFile, withNames } from './hosts.ts'

const web = { address: '172.18.0.2', names: ['web', 'www'] }
const db = { address: '172.18.0.3', names: ['db'] }
const block = (...lines: string[]) =>
  ['# containers on the same networks', ...lines, '# end of the containers on the same networks', ''].join(
    '\n',
  )

describe('/etc/hosts', () => {
  it('knows what each machine knows', () => {
    const content = hostsFile({ hostname: 'web' })
    expect(content).toMatch(/^127\.0\.0\.1\tlocalhost\n::1\tlocalhost /)
    expect(content).toMatch(/127\.0\.1\.1\tweb\n$/)
  })

  it('has the address of a network without names, and the short form of a long name', () => {
    expect(hostsFile({ hostname: 'web.example.org', address: '172.29.0.2' })).toMatch(
      /172\.29\.0\.2\tweb\.example\.org web\n$/,
    )
  })

  it('has what a person wants before the names of containers: the first one counts', () => {
    const extra = [{ address: '10.0.0.1', names: ['db'] }]
    expect(hostsFile({ hostname: 'web', extra, names: [db] })).toMatch(
      /10\.0\.0\.1\tdb\n# containers on the same networks\n172\.18\.0\.3\tdb\n/,
    )
  })
})

describe('the names of containers', () => {
  it('come to the end, and are replaced there', () => {
    const first = withNames('127.0.0.1\tlocalhost\n', [web])
    expect(first).toBe(`127.0.0.1\tlocalhost\n${block('172.18.0.2\tweb www')}`)
    expect(withNames(first, [web, db])).toBe(
      `127.0.0.1\tlocalhost\n${block('172.18.0.2\tweb www', '172.18.0.3\tdb')}`,
    )
    expect(withNames(first, [])).toBe('127.0.0.1\tlocalhost\n')
  })

  it('leave alone what the container has written itself, before and after them', () => {
    const content = `1.1.1.1\tmine\n${block('172.18.0.2\tweb www')}2.2.2.2\talso mine\n`
    expect(withNames(content, [db])).toBe(`1.1.1.1\tmine\n${block('172.18.0.3\tdb')}2.2.2.2\talso mine\n`)
  })

  it('begin a line of their own, whatever the container made of the file', () => {
    expect(withNames('no line feed', [db])).toBe(`no line feed\n${block('172.18.0.3\tdb')}`)
    expect(withNames('', [db])).toBe(block('172.18.0.3\tdb'))
    const halved = '# end of the containers on the same networks\n# containers on the same networks\n'
    expect(withNames(halved, [db])).toContain(block('172.18.0.3\tdb'))
  })

  it('are each there once in a line', () => {
    expect(withNames('', [{ address: '10.0.0.2', names: ['web', 'web', 'a'] }])).toContain(
      '10.0.0.2\tweb a\n',
    )
  })
})
