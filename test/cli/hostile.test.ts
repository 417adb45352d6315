// Images that try to reach the host: every path of theirs is looked up inside them, or they are refused.

import { execFileSync } from 'node:child_process'
import {
  closeSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { hostState } from '../host-state.ts'
import { gocker, isRoot, leftSince, places, type Result, start, useGocker } from './gocker.ts'
import { type Config, makeImage } from './image.ts'

useGocker()

/** What lies on the host and must stay as it is, and unread. */
const prey = join(places.root, 'prey')

function preyNow(): string[] {
  return readdirSync(prey, { recursive: true, withFileTypes: true })
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => {
      const { mode, uid, size, mtimeMs } = lstatSync(path)
      const content = lstatSync(path).isFile() ? readFileSync(path, 'utf8') : ''
      return [path, mode, uid, size, mtimeMs, content].join(' ')
    })
    .sort()
}

const passwd = 'alice:x:4711:4711::/home/alice:/bin/sh\n'

let number = 0

/** Run such an image, and see to it that the host is as it was. */
async function attempt(
  fill: (layer: string) => void,
  options: { config?: Config; flags?: readonly string[]; command?: readonly string[] } = {},
): Promise<Result> {
  const name = `hostile-${++number}`
  makeImage(name, fill, options.config)
  const before = [preyNow(), hostState()] as const
  const result = await gocker(
    ...['run', '--rm', '--network', 'none', ...(options.flags ?? []), name],
    ...(options.command ?? ['sh', '-c', 'echo ran; id -u']),
  )
  expect(preyNow()).toEqual(before[0])
  expect(await leftSince(before[1])).toEqual([])
  expect(result.stderr).not.toContain('fault in gocker')
  expect(result.stdout + result.stderr).not.toContain('a secret of the host')
  return result
}

const ran = { status: 0, stdout: 'ran\n0\n', stderr: '' }

describe.skipIf(!isRoot)('an image that reaches for the host (needs root)', () => {
  beforeAll(() => {
    mkdirSync(join(prey, 'etc'), { recursive: true })
    for (const file of ['hosts', 'resolv.conf', 'hostname', 'null', 'full'])
      writeFileSync(join(prey, file), 'a secret of the host\n')
    writeFileSync(join(prey, 'etc/passwd'), passwd)
  })

  it.each(['proc', 'sys', 'dev', 'etc'])('by /%s as a link to a directory of the host', async (name) => {
    const { status, stderr } = await attempt((layer) => symlinkSync(prey, join(layer, name)))
    expect(status).toBe(125)
    expect(stderr).toMatch(/^gocker: /)
  })

  it.each(['proc', 'sys', 'dev', 'etc'])('by /%s as a link out with dots', async (name) => {
    const { status } = await attempt((layer) => symlinkSync(`../../../../..${prey}`, join(layer, name)))
    expect(status).toBe(125)
  })

  it.each(['proc', 'sys', 'dev'])('by /%s as a file', async (name) => {
    expect((await attempt((layer) => writeFileSync(join(layer, name), ''))).status).toBe(125)
  })

  it.each(['hosts', 'resolv.conf', 'hostname'])(
    'by /etc/%s as a link to a file of the host',
    async (name) => {
      const result = await attempt((layer) => {
        mkdirSync(join(layer, 'etc'))
        symlinkSync(join(prey, name), join(layer, 'etc', name))
      })
      expect(result).toEqual(ran)
    },
  )

  it.each(['hosts', 'resolv.conf', 'hostname'])('by /etc/%s as a link into /proc', async (name) => {
    const { status } = await attempt((layer) => {
      mkdirSync(join(layer, 'etc'))
      symlinkSync('/proc/self/exe', join(layer, 'etc', name))
    })
    expect([0, 125]).toContain(status)
  })

  it('by /dev as a link to another place of its own, where the devices then are', async () => {
    const result = await attempt(
      (layer) => {
        mkdirSync(join(layer, 'other'))
        symlinkSync('/other', join(layer, 'dev'))
      },
      { command: ['sh', '-c', 'echo x > /dev/null && ls /other | wc -l'] },
    )
    // either it works there, or it is refused
    if (result.status !== 125) expect(result.stdout.trim()).toMatch(/^\d+$/)
  })

  it('by /etc/passwd as a link to the host’s: its users are not found', async () => {
    const fill = (layer: string) => {
      mkdirSync(join(layer, 'etc'))
      symlinkSync(join(prey, 'etc/passwd'), join(layer, 'etc/passwd'))
    }
    const { status, stderr } = await attempt(fill, { flags: ['-u', 'alice'] })
    expect(status).toBe(125)
    expect(stderr).toContain('unable to find user alice')
  })

  it('by /etc/passwd as a link inside: its users are found', async () => {
    const fill = (layer: string) => {
      mkdirSync(join(layer, 'etc'))
      writeFileSync(join(layer, 'users'), passwd)
      symlinkSync('../../../users', join(layer, 'etc/passwd'))
    }
    expect((await attempt(fill, { flags: ['-u', 'alice'] })).stdout).toBe('ran\n4711\n')
  })

  it.each([
    ['a pipe that no one writes to', (path: string) => execFileSync('mkfifo', [path])],
    ['an endless device', (path: string) => execFileSync('mknod', [path, 'c', '1', '5'])],
    ['a directory', (path: string) => mkdirSync(path)],
    ['a link to itself', (path: string) => symlinkSync('passwd', path)],
    ['larger than memory', (path: string) => execFileSync('truncate', ['-s', '8G', path])],
  ])('by /etc/passwd as %s: an answer comes, and soon', async (_, make) => {
    const fill = (layer: string) => {
      mkdirSync(join(layer, 'etc'))
      make(join(layer, 'etc/passwd'))
    }
    const { status, stderr } = await attempt(fill, { flags: ['-u', 'alice'] })
    expect([status, stderr]).toEqual([125, expect.stringMatching(/^gocker: /)])
  })

  it.each(['/proc/self/fd/3', '/proc/self/fd/7', '/proc/1/cwd/../../..'])(
    'by its working directory %s (CVE-2024-21626)',
    async (WorkingDir) => {
      const command = [
        'sh',
        '-c',
        'ls ../../../../../..; ls . ..; cat prey/hosts ../../../../../../..$0/hosts',
        prey,
      ]
      const { stdout } = await attempt(() => {}, { config: { WorkingDir }, command })
      expect(stdout).not.toContain(places.root.split('/').at(-1))
    },
  )

  it.each(['/proc/self/fd/3', '/proc/self/fd/3/made', '/job', '/job/made'])(
    'by its working directory %s as a directory that whoever started us has left open (CVE-2024-21626)',
    async (WorkingDir) => {
      const name = `left-open${WorkingDir.replaceAll('/', '-')}`
      makeImage(name, (layer) => symlinkSync('/proc/self/fd/3', join(layer, 'job')), { WorkingDir })
      const before = preyNow()
      const open = openSync(prey, 'r')
      const args = ['run', '--rm', '--network', 'none', name, 'ls', '-a', '.']
      const { status, stdout, stderr } = await start(args, { stdio: ['ignore', 'pipe', 'pipe', open] }).result
      closeSync(open)
      expect([status, stdout]).toEqual([127, ''])
      expect(stderr).toMatch(/^gocker: The working directory \S+ cannot be entered\./)
      expect(stderr).toContain('It is not followed.')
      expect(preyNow()).toEqual(before)
    },
  )

  it('by its working directory as a link', async () => {
    const fill = (layer: string) => symlinkSync(prey, join(layer, 'job'))
    expect((await attempt(fill, { config: { WorkingDir: '/job' } })).status).not.toBe(0)
    expect((await attempt(fill, { config: { WorkingDir: '/job/below/it' } })).status).not.toBe(0)
  })

  it('by a tmpfs on a link', async () => {
    const fill = (layer: string) => symlinkSync(prey, join(layer, 'scratch'))
    expect((await attempt(fill, { flags: ['--tmpfs', '/scratch'] })).status).not.toBe(0)
  })

  it.each<[string, Config, number, string]>([
    ['a variable with a zero byte', { Env: ['PATH=/bin', 'A=\0B=c'] }, 125, 'has a zero byte in it'],
    ['a command with a zero byte', { Cmd: ['sh\0x'] }, 125, 'has a zero byte in it'],
    ['no PATH', { Env: ['PATH='] }, 127, 'executable file not found in $PATH'],
    ['a PATH that is relative', { Env: ['PATH=.:..:bin'] }, 127, 'executable file not found in $PATH'],
    ['a user out of range', { User: '4294967295' }, 125, 'uids and gids must be in range'],
    ['an empty command', { Cmd: [''] }, 127, 'executable file not found in $PATH'],
    ['no command', { Cmd: [] }, 125, 'no command specified'],
  ])('by %s in its config: it is refused', async (_, config, status, message) => {
    const result = await attempt(() => {}, { config: { Cmd: ['true'], ...config }, command: [] })
    expect(result).toEqual({ status, stdout: '', stderr: expect.stringContaining(message) })
  })

  it('by a working directory that is relative: it is one below its own root', async () => {
    const config = { WorkingDir: '../../../../etc' }
    expect((await attempt(() => {}, { config, command: ['pwd'] })).stdout).toBe('/etc\n')
  })
})
