// Images that come and go without a registry: saved, loaded, named, imported, made of containers, and swept away. skopeo
// and umoci are the judges of what is written, and the makers of what is read.

import { execFile, execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { promisify } from 'node:util'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { announcing, dockerArchive, nestedArchive, ociArchive, pieces, tarOf } from '../image/archives.ts'
import { hasProgram } from '../image/has-program.ts'
import { digestOf } from '../image/layouts.ts'
import { gocker, gockerWith, inside, isRoot, places, program, start, until, useGocker } from './gocker.ts'

useGocker()

const home = mkdtempSync(join(tmpdir(), 'gocker-test-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))

const withSkopeo = isRoot && hasProgram('skopeo')
const skopeo = async (...args: string[]) =>
  (await promisify(execFile)('skopeo', ['--insecure-policy', ...args])).stdout
const ok = async (...args: string[]) => {
  const { status, stdout, stderr } = await gocker(...args)
  expect([status, stderr]).toEqual([0, ''])
  return stdout
}
const loading = (input: Buffer, ...args: string[]) => gockerWith({ input }, 'load', ...args)
const names = async (...args: string[]) =>
  (await ok('images', '--format', '{{.Repository}}:{{.Tag}}', ...args)).split('\n').filter(Boolean).sort()
const idOf = async (name: string) => (await ok('image', 'inspect', '-f', '{{.Id}}', name)).trim()
const partial = () => readdirSync(join(places.root, 'images/partial'))
const layersHere = () => readdirSync(places.layers).filter((name) => !name.endsWith('.json'))
const blobsHere = () => readdirSync(join(places.root, 'images/blobs/sha256'))

describe.skipIf(!isRoot)('save and load (need root)', () => {
  it('carry images with all their names to another machine', async () => {
    await ok('tag', 'tiny', 'alice/app:1')
    const path = join(home, 'both.tar')
    await ok('save', '-o', path, 'tiny', 'alice/app:1')
    expect(statSync(path).mode & 0o777).toBe(0o600)
    const elsewhere = { env: { GOCKER_ROOT: join(home, 'elsewhere') } }
    const { stdout } = await gockerWith(elsewhere, 'load', '-i', path)
    expect(stdout).toBe('Loaded image: tiny:latest\nLoaded image: alice/app:1\n')
    const { stdout: id } = await gockerWith(elsewhere, 'inspect', '-f', '{{.Id}}', 'alice/app:1')
    expect(id.trim()).toBe(await idOf('tiny'))
    const run = ['run', '--rm', '--network', 'none', 'alice/app:1', 'echo', 'hello']
    expect((await gockerWith(elsewhere, ...run)).stdout).toBe('hello\n')
    rmSync(join(home, 'elsewhere'), { recursive: true })
    await ok('rmi', 'alice/app:1')
  })

  it('work through pipes, compressed or not', async () => {
    const { stdout, status } = await gockerWith({ encoding: 'latin1' }, 'save', 'tiny')
    expect(status).toBe(0)
    const archive = Buffer.from(stdout, 'latin1')
    for (const input of [archive, gzipSync(archive, { level: 1 }), zstdCompressSync(archive)]) {
      await ok('rmi', 'tiny')
      expect(layersHere()).toEqual([])
      expect(await loading(input, '-q')).toEqual({
        status: 0,
        stdout: 'Loaded image: tiny:latest\n',
        stderr: '',
      })
      expect(await inside('echo hi')).toBe('hi')
    }
    expect(partial()).toEqual([])
  })

  it('save by id has no name, and load says so', async () => {
    const id = await idOf('tiny')
    const path = join(home, 'id.tar')
    await ok('save', '-o', path, id.slice(7, 19))
    expect(await ok('load', '-i', path)).toBe(`Loaded image ID: ${id}\n`)
    expect(await names()).toEqual(['tiny:latest'])
  })

  it('save says what is not there, and leaves no file', async () => {
    const path = join(home, 'nosuch.tar')
    const { status, stderr } = await gocker('save', '-o', path, 'tiny', 'nosuch')
    expect([status, stderr, existsSync(path)]).toEqual([1, 'gocker: No such image: nosuch\n', false])
    const nowhere = await gocker('save', '-o', '/no/such/place.tar', 'tiny')
    expect(nowhere.stderr).toBe('gocker: invalid output path: directory "/no/such" does not exist\n')
  })

  it('the name of a loaded image is taken from the one that had it', async () => {
    const first = await pieces('etc/a', 'one')
    const second = await pieces('etc/a', 'two')
    expect((await loading(await dockerArchive(first))).stdout).toBe('Loaded image: made:1\n')
    const { stdout } = await loading(await dockerArchive(second))
    expect(stdout).toBe(
      `The image made:1 already exists, renaming the old one with ID ${digestOf(first.config)} to empty string\nLoaded image: made:1\n`,
    )
    expect(await names('--filter', 'dangling=true')).toEqual(['<none>:<none>'])
    expect(await ok('image', 'prune', '-f')).toContain(
      `deleted: ${digestOf(first.config)}\ndeleted: ${first.diffId}\n`,
    )
    await ok('rmi', 'made:1')
  })

  it('of an archive for several platforms, this machine’s image is taken', async () => {
    const made = await pieces('etc/nested', 'x')
    const { stdout } = await loading(await nestedArchive(made, 'docker.io/team/nested:1'))
    expect(stdout).toBe('Loaded image: team/nested:1\n')
    expect(await idOf('team/nested:1')).toBe(digestOf(made.config))
    await ok('rmi', 'team/nested:1')
  })

  it('an older archive that links to a layer is understood', async () => {
    const made = await pieces('etc/linked', 'x')
    const configName = `${digestOf(made.config).slice(7)}.json`
    const manifest = [{ Config: configName, RepoTags: ['linked:1'], Layers: ['two/layer.tar'] }]
    const archive = await tarOf(
      { name: 'one/layer.tar', content: made.layer },
      { name: 'two/layer.tar', type: 'symlink', linkname: '../one/layer.tar' },
      { name: configName, content: made.config },
      { name: 'manifest.json', content: JSON.stringify(manifest) },
    )
    expect((await loading(archive)).stdout).toBe('Loaded image: linked:1\n')
    await ok('rmi', 'linked:1')
  })
})

describe.skipIf(!withSkopeo)('skopeo (needs root, and skopeo)', () => {
  it('reads what save writes, as docker-archive and as oci-archive', async () => {
    const path = join(home, 'tiny.tar')
    await ok('save', '-o', path, 'tiny')
    for (const source of [`docker-archive:${path}:tiny:latest`, `oci-archive:${path}:latest`]) {
      const found = JSON.parse(await skopeo('inspect', source))
      expect(found.Layers, source).toHaveLength(1)
      expect(JSON.parse(await skopeo('inspect', '--config', source)).rootfs.diff_ids, source).toHaveLength(1)
      const directory = join(home, source.split(':')[0]!)
      await skopeo('copy', source, `oci:${directory}:copy`)
      if (hasProgram('umoci')) {
        execFileSync('umoci', ['unpack', '--image', `${directory}:copy`, `${directory}-bundle`])
        expect(existsSync(`${directory}-bundle/rootfs/etc/passwd`)).toBe(true)
      }
    }
  })

  it('writes what load reads: docker-archive and oci-archive, also compressed', async () => {
    const source = `oci:${join(places.root, 'images')}:docker.io/library/tiny:latest`
    const formats = {
      'docker-archive': 'docker.io/team/copy:1',
      'oci-archive': 'docker.io/team/copy:1',
    }
    for (const [format, name] of Object.entries(formats)) {
      const path = join(home, `${format}-by-skopeo.tar`)
      await skopeo('copy', source, `${format}:${path}:${name}`)
      for (const bytes of [readFileSync(path), gzipSync(readFileSync(path), { level: 1 })]) {
        expect((await loading(bytes)).stdout, format).toBe('Loaded image: team/copy:1\n')
        expect(await inside('echo copied', '--hostname', 'x')).toBe('copied')
        await ok('rmi', 'team/copy:1')
      }
    }
  })
})

describe.skipIf(!withSkopeo || !hasProgram('umoci'))('umoci (needs root, skopeo and umoci)', () => {
  it('makes a layout that load reads, and what it changed is seen', async () => {
    const layout = join(home, 'umoci-layout')
    await skopeo(
      'copy',
      `oci:${join(places.root, 'images')}:docker.io/library/tiny:latest`,
      `oci:${layout}:one`,
    )
    const config = ['--config.cmd', 'echo', '--config.cmd', 'by umoci', '--config.label', 'made=umoci']
    execFileSync('umoci', ['config', '--image', `${layout}:one`, '--tag', 'two', ...config])
    const archive = execFileSync('tar', ['c', '-C', layout, '.'], { maxBuffer: 1 << 28 })
    const { stdout, stderr } = await loading(archive)
    expect(stderr).toBe('')
    const id = /^Loaded image ID: (sha256:\w{64})$/m.exec(stdout.replace(await idOf('tiny'), ''))![1]!
    expect(await ok('run', '--rm', '--network', 'none', id)).toBe('by umoci\n')
    expect(await ok('image', 'inspect', '-f', '{{index .Config.Labels "made"}}', id)).toBe('umoci\n')
    await ok('rmi', id)
  })
})

describe.skipIf(!isRoot)('a hostile archive (needs root)', () => {
  const refused = async (archive: Buffer, words: string | RegExp) => {
    const before = [await names(), layersHere(), blobsHere()]
    const { status, stdout, stderr } = await loading(archive)
    expect([status, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(words)
    expect(stderr).not.toContain('fault in gocker')
    await ok('image', 'prune', '-f')
    expect([await names(), layersHere(), blobsHere()]).toEqual(before)
    expect(partial()).toEqual([])
  }
  const text = (content: string) => Buffer.from(content)

  it('with a name that leads out of it is refused, and nothing is written there', async () => {
    const made = await pieces('etc/x', 'x')
    const target = join(home, 'escaped')
    const names = [`../../../../../../../..${target}`, target, 'a/../../b']
    for (const name of names)
      await refused(await dockerArchive(made, { more: [{ name, content: 'got out' }] }), 'lies outside of it')
    const link = { name: 'abc/link', type: 'symlink', linkname: '../../etc/passwd' } as const
    await refused(await dockerArchive(made, { more: [link] }), 'lies outside of it')
    await refused(await dockerArchive(made, { more: [{ ...link, linkname: '/etc/passwd' }] }), 'lies outside')
    const manifest = JSON.stringify([{ Config: '../../../../etc/passwd', RepoTags: [], Layers: [] }])
    await refused(await tarOf({ name: 'manifest.json', content: manifest }), 'lies outside of it')
    const device = { name: 'abc/null', type: 'character-device', devmajor: 1, devminor: 3 } as const
    await refused(await dockerArchive(made, { more: [device] }), 'character device')
    expect(existsSync(target)).toBe(false)
  })

  it('whose layer is not what its config says is refused', async () => {
    const made = await pieces('etc/x', 'x')
    const other = await pieces('etc/x', 'evil')
    await refused(await dockerArchive({ ...made, layer: other.layer }), 'not what the image says')
    // also where the right layer is here already: the wrong one would go out with the next save
    await loading(await dockerArchive(made, { name: 'right:1' }))
    const config = text(`${made.config} `)
    await refused(await dockerArchive({ layer: other.layer, config }), 'Wrong digest')
    await ok('rmi', 'right:1')
  })

  it('whose config or blobs are not what they are called is refused', async () => {
    const made = await pieces('etc/x', 'x')
    await refused(await dockerArchive(made, { configName: `${'a'.repeat(64)}.json` }), 'Wrong digest')
    await refused(await ociArchive(made, { lie: text('evil'), size: 4 }), 'Wrong digest')
    await refused(await ociArchive(made, { size: 4 }), 'has 4 bytes, and it has')
  })

  it('that announces more than the disk holds is refused before it fills it', async () => {
    await refused(await announcing('abc/layer.tar', 0o77777777777 - 1), /damaged|cut off|has room for/)
    const huge = Buffer.concat([await announcing('layer.tar', 2 ** 33 - 1), Buffer.alloc(1 << 20)])
    await refused(huge, /cut off|has room for/)
  })

  it('that is cut off, or none, or compressed in a way that is not known, is told in one sentence', async () => {
    const archive = await dockerArchive(await pieces('etc/x', 'x'))
    await refused(archive.subarray(0, 1500), 'cut off')
    await refused(gzipSync(archive).subarray(0, 200), 'cannot be decompressed')
    await refused(Buffer.alloc(0), 'is empty')
    await refused(text('not an archive '.repeat(100)), 'damaged')
    await refused(text('BZh91AY'), 'bzip2')
    await refused(await tarOf({ name: 'etc/passwd', content: 'x' }), 'holds no images')
    await refused(await tarOf({ name: 'manifest.json', content: '{' }), 'is not JSON')
    await refused(await tarOf({ name: 'manifest.json', content: '[{"Config":1}]' }), 'does not list images')
  })

  it('of which a load that was killed left something is swept away', async () => {
    mkdirSync(join(places.root, 'images/partial/load-killed'))
    writeFileSync(join(places.root, 'images/partial/load-killed/0'), 'x'.repeat(1000))
    await ok('image', 'prune', '-f')
    expect(partial()).toEqual([])
  })
})

describe.skipIf(!isRoot)('a load that does not come to its end (needs root)', () => {
  const big = async () => {
    const path = join(home, 'big.tar')
    writeFileSync(path, await dockerArchive(await pieces('big', randomBytes(40e6).toString('latin1'))))
    return path
  }

  it('on a disk that is full is one clear error, and leaves nothing', async () => {
    const path = await big()
    const disk = join(home, 'disk')
    mkdirSync(disk)
    const script = `mount -t tmpfs -o size=30m none ${disk} && ${program} load -i ${path}; find ${disk} -size +4k`
    const { stdout, stderr } = await promisify(execFile)('unshare', ['-m', 'sh', '-c', script], {
      env: { ...process.env, GOCKER_ROOT: disk },
    })
    expect(stderr).toMatch(/the disk has room for|the disk is full|no space left on device/)
    expect(stdout).toBe('')
  })

  it('because it is killed leaves what the next sweep takes away', async () => {
    const path = await big()
    const before = [await names(), layersHere(), blobsHere()]
    for (const milliseconds of [200, 400, 600, 800]) {
      const running = start(['load', '-i', path])
      await setTimeout(milliseconds)
      running.process.kill('SIGKILL')
      await running.result
      // it may have come as far as its list
      if ((await names()).includes('made:1')) await ok('rmi', 'made:1')
      expect(await names()).toEqual(before[0])
      await ok('image', 'prune', '-f')
      expect([await names(), layersHere(), blobsHere(), partial()]).toEqual([...before, []])
      expect(readdirSync(places.layers).filter((name) => name.startsWith('.'))).toEqual([])
    }
  })

  it('because of Ctrl-C clears away itself', async () => {
    const running = start(['load'], { stdio: ['pipe', 'pipe', 'pipe'] })
    running.process.stdin!.on('error', () => {}).write(readFileSync(await big()).subarray(0, 20e6))
    await until(() => partial().length > 0)
    running.process.kill('SIGINT')
    expect((await running.result).status).toBe(130)
    expect(partial()).toEqual([])
  })
})

describe.skipIf(!isRoot)('export, import and commit (need root)', () => {
  it('export writes the files of a container, import makes an image of them', async () => {
    const script =
      'echo hi > /etc/new; rm /etc/passwd; mkdir /data; ln /etc/new /data/link; ln -s /nowhere /data/sym'
    await ok('run', '--name', 'source', '--network', 'none', '-v', '/scratch', 'tiny', 'sh', '-c', script)
    const path = join(home, 'files.tar')
    await ok('export', '-o', path, 'source')
    const listed = execFileSync('tar', ['tvf', path], { encoding: 'utf8' })
    expect(listed).toMatch(/ data\/sym -> \/nowhere$/m)
    expect(listed).toMatch(/ etc\/new link to data\/link$/m)
    expect(listed).toMatch(/ scratch\/$/m)
    expect(listed).not.toMatch(/ etc\/passwd$/m)
    const changes = [
      '-c',
      'CMD ["sh", "-c", "cat $FILE; pwd"]',
      '-c',
      'ENV FILE=/etc/new',
      '-c',
      'WORKDIR /data',
    ]
    const id = (await ok('import', ...changes, '-m', 'flat', path, 'flat:1')).trim()
    expect(id).toMatch(/^sha256:[0-9a-f]{64}$/)
    expect(await ok('run', '--rm', '--network', 'none', 'flat:1')).toBe('hi\n/data\n')
    expect(await ok('history', '--format', '{{.ID}} {{.Comment}}', '--no-trunc', 'flat:1')).toBe(
      `${id} flat\n`,
    )
    await ok('rm', '-v', 'source')
    await ok('rmi', 'flat:1')
  })

  it('export of a running container gives what it sees', async () => {
    await ok(
      'run',
      '-d',
      '--name',
      'busy',
      '--network',
      'none',
      'tiny',
      'sh',
      '-c',
      'echo x > /now; exec sleep 1000',
    )
    const { stdout } = await gockerWith({ encoding: 'latin1' }, 'export', 'busy')
    const listed = execFileSync('tar', ['t'], { input: Buffer.from(stdout, 'latin1'), encoding: 'utf8' })
    const inContainer = await ok('exec', 'busy', 'sh', '-c', 'ls -d /usr/bin/*')
    for (const name of inContainer.split('\n').filter(Boolean)) expect(listed).toContain(name.slice(1))
    await ok('rm', '-f', 'busy')
  })

  it('export goes on while files come and go', async () => {
    const script =
      'while :; do mkdir -p /t/a; echo x > /t/a/b; echo y > /t/c; rm -r /t/a /t/c; ln -s /etc /t/a; rm /t/a; done'
    await ok('run', '-d', '--name', 'restless', '--network', 'none', 'tiny', 'sh', '-c', script)
    for (let i = 0; i < 5; i++) {
      const { status, stdout, stderr } = await gockerWith({ encoding: 'latin1' }, 'export', 'restless')
      if (status !== 0) expect(stderr).toMatch(/while it was read: stop the container first/)
      const listed = execFileSync('tar', ['t'], { input: Buffer.from(stdout, 'latin1'), encoding: 'utf8' })
      expect(listed).not.toContain('t/a/passwd')
      expect(listed).not.toContain('t/a/os-release')
    }
    await ok('rm', '-f', 'restless')
  })

  it('import takes an address', async () => {
    const archive = await tarOf({ name: 'hello', content: 'x' })
    const server = createServer((request, response) => {
      if (request.url !== '/x.tar') response.statusCode = 404
      response.end(archive)
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const { port } = server.address() as AddressInfo
    try {
      await ok('import', `http://127.0.0.1:${port}/x.tar`, 'fetched:1')
      expect(await ok('inspect', '-f', '{{.RootFS.Layers}}', 'fetched:1')).toBe(`[${digestOf(archive)}]\n`)
      const { status, stderr } = await gocker('import', `http://127.0.0.1:${port}/nosuch`)
      expect([status, stderr]).toEqual([1, expect.stringContaining('the answer was 404')])
      const open = await gocker('import', 'http://example.com/x.tar')
      expect(open.stderr).toContain('is not encrypted')
      await ok('rmi', 'fetched:1')
    } finally {
      server.close()
    }
  })

  it('import takes standard input, and nothing but http from the network', async () => {
    const archive = gzipSync(await tarOf({ name: 'hello', content: 'x' }))
    const { status, stdout } = await gockerWith({ input: archive }, 'import', '-')
    expect(status).toBe(0)
    expect(await names('--filter', 'dangling=true')).toEqual(['<none>:<none>'])
    await ok('rmi', stdout.trim())
    const { stderr } = await gocker('import', 'ftp://example.com/x.tar')
    expect(stderr).toContain('archives come by http and https')
    expect((await gockerWith({ input: 'garbage'.repeat(200) }, 'import', '-')).status).toBe(1)
    expect((await gocker('import', join(home, 'nosuch.tar'))).stderr).toContain('no such file or directory')
    expect(await names()).toEqual(['tiny:latest'])
  })

  it('commit makes an image of a container, on the layers of its image', async () => {
    await ok(
      'run',
      '-d',
      '--name',
      'working',
      '--network',
      'none',
      '-e',
      'WHO=alice',
      'tiny',
      'sh',
      '-c',
      'echo hi > /made; rm /etc/passwd; exec sleep 1000',
    )
    await expect.poll(() => ok('diff', 'working')).toContain('A /made')
    const id = (
      await ok(
        'commit',
        '-a',
        'Alice',
        '-m',
        'mine',
        '-c',
        'CMD ["sh","-c","cat /made; echo $WHO; ls /etc"]',
        'working',
        'mine:1',
      )
    ).trim()
    const seen = await ok('run', '--rm', '--network', 'none', 'mine:1')
    expect(seen).toMatch(/^hi\nalice\n/)
    expect(seen).not.toContain('passwd')
    expect(await ok('inspect', '-f', '{{.Author}} {{.Comment}} {{.Id}}', 'mine:1')).toBe(`Alice mine ${id}\n`)
    // the container was only paused, and shares the layer with its image
    expect(await ok('ps', '--format', '{{.Names}} {{.State}}')).toBe('working running\n')
    expect(await ok('history', '-q', 'mine:1')).toBe(`${id.slice(7, 19)}\n<missing>\n`)
    await ok('rm', '-f', 'working')
    expect(await ok('rmi', 'mine:1')).toContain(`Deleted: ${id}`)
    expect(await inside('echo still')).toBe('still')
  })
})

describe.skipIf(!isRoot)('names and lists of images (need root)', () => {
  it('tag gives another name, and rmi takes the names one by one', async () => {
    await ok('tag', 'tiny', 'other')
    await ok('tag', 'other', 'localhost:5000/team/app:2')
    expect(await names()).toEqual(['localhost:5000/team/app:2', 'other:latest', 'tiny:latest'])
    expect(JSON.parse(await ok('image', 'inspect', 'tiny'))[0].RepoTags.sort()).toEqual(await names())
    expect(await names('--filter', 'reference=*/*/*')).toEqual(['localhost:5000/team/app:2'])
    expect(await names('--filter', 'reference=o*', '--filter', 'reference=tiny')).toEqual([
      'other:latest',
      'tiny:latest',
    ])
    expect(await ok('rmi', 'other', 'localhost:5000/team/app:2')).toBe(
      'Untagged: other:latest\nUntagged: localhost:5000/team/app:2\n',
    )
    expect((await gocker('tag', 'nosuch', 'x')).stderr).toBe('gocker: No such image: nosuch:latest\n')
    expect((await gocker('tag', 'tiny', 'Upper')).stderr).toContain('must be lowercase')
  })

  it('images are filtered by label and by age, and pruned', async () => {
    const archive = await tarOf({ name: 'a', content: 'a' })
    const make = (name: string, label: string) =>
      gockerWith({ input: archive }, 'import', '-c', `LABEL kind=${label}`, '-', name)
    await make('first:1', 'odd')
    await make('second:1', 'even')
    expect(await names('--filter', 'label=kind')).toEqual(['first:1', 'second:1'])
    expect(await names('--filter', 'label=kind=odd')).toEqual(['first:1'])
    expect(await names('--filter', 'since=first:1')).toEqual(['second:1'])
    expect(await names('--filter', 'before=first:1')).toEqual(['tiny:latest'])
    expect((await gocker('images', '--filter', 'nosuch=1')).stderr).toBe("gocker: invalid filter 'nosuch'\n")
    expect(await ok('image', 'prune', '-af', '--filter', 'label=kind', '--filter', 'until=10m')).toBe(
      'Total reclaimed space: 0B\n',
    )
    // both have the same layer: it goes with the second of them
    const one = await ok('image', 'prune', '-af', '--filter', 'label=kind=odd')
    expect(one).toMatch(
      /^Deleted Images:\nuntagged: first:1\ndeleted: sha256:\w{64}\n\nTotal reclaimed space: /,
    )
    const two = await ok('image', 'prune', '-af', '--filter', 'label=kind')
    expect(two).toContain(`deleted: ${digestOf(archive)}\n`)
    expect(await names()).toEqual(['tiny:latest'])
  })

  it('prune leaves what a container needs, though nobody else does', async () => {
    await gockerWith({ input: await tarOf({ name: 'a', content: 'a' }) }, 'import', '-', 'needed:1')
    await ok('create', '--name', 'holder', 'needed:1', '/a')
    await ok('image', 'prune', '-af')
    expect(await names()).toContain('needed:1')
    await ok('rm', 'holder')
    await ok('image', 'prune', '-af')
    expect(await names()).toEqual([])
    await ok('pull', '-q', 'tiny')
  })

  it('system df tells what is used, and by whom', async () => {
    await ok(
      'run',
      '--name',
      'over',
      '--network',
      'none',
      '-v',
      'kept:/x',
      'tiny',
      'sh',
      '-c',
      'head -c 99999 /dev/zero > /big',
    )
    const rows = (await ok('system', 'df', '--format', 'json'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(rows).toMatchObject([
      { Type: 'Images', TotalCount: '1', Active: '1', Reclaimable: '0B (0%)' },
      {
        Type: 'Containers',
        TotalCount: '1',
        Active: '0',
        Reclaimable: expect.stringMatching(/^1\d\d(\.\d)?kB \(100%\)$/),
      },
      { Type: 'Local Volumes', TotalCount: '1', Active: '1' },
      { Type: 'Build Cache', TotalCount: '0', Size: '0B' },
    ])
    expect(await ok('system', 'df')).toMatch(/^TYPE +TOTAL +ACTIVE +SIZE +RECLAIMABLE\nImages /)
    expect(await ok('system', 'df', '-v')).toMatch(
      /^REPOSITORY +TAG +IMAGE ID +CREATED +SIZE +SHARED SIZE +UNIQUE SIZE +CONTAINERS$/m,
    )
    await ok('rm', 'over')
    await ok('volume', 'rm', 'kept')
  })

  it('events tell of all this', async () => {
    const since = String(Date.now() / 1000)
    await ok('tag', 'tiny', 'told:1')
    const path = join(home, 'told.tar')
    await ok('save', '-o', path, 'told:1')
    await ok('load', '-i', path)
    await ok('rmi', 'told:1')
    const format = '{{.Action}} {{.Actor.Attributes.name}}'
    const told = await ok('events', '--since', since, '--until', '0s', '-f', 'type=image', '--format', format)
    expect(told).toBe(`tag told:1\nsave ${await idOf('tiny')}\nload told:1\nuntag told:1\n`)
  })
})
