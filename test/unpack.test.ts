// Layers from strangers: each archive here has been an attack on some engine. What happens is decided, and nothing
// outside of the layer's own directory changes.

import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { createGzip, gzipSync, zstdCompressSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  archive,
  device,
  directory,
  file,
  hardLink,
  type Item,
  patched,
  symlink,
  xattr,
} from './unpack/archive.ts'
import { look, type Node, treeOf } from './unpack/tree.ts'

const program = fileURLToPath(new URL('unpack/unpack-one.ts', import.meta.url))

let place = ''
let outside = ''
let layersDir = ''
let before: Record<string, Node> = {}

const ready = process.platform === 'linux' && process.geteuid?.() === 0

beforeEach((ctx) => {
  if (!ready) ctx.skip('to unpack a layer with its owners and devices needs root on Linux')
  place = mkdtempSync(join(tmpdir(), 'gocker-unpack-'))
  outside = `${place}/outside`
  layersDir = `${place}/layers`
  mkdirSync(outside)
  writeFileSync(`${outside}/canary`, 'alive\n')
  chmodSync(`${outside}/canary`, 0o640)
  before = { ...treeOf(outside), '/': look(outside) }
})

afterEach(() => {
  if (!ready) return
  const after = { ...treeOf(outside), '/': look(outside) }
  const beside = readdirSync(place).filter((name) => name !== 'outside' && !name.startsWith('layer'))
  rmSync(place, { recursive: true, force: true })
  expect(after, 'what is outside of the layer').toEqual(before)
  expect(beside, 'beside the layers').toEqual([])
})

interface Outcome {
  readonly name?: string
  readonly size?: number
  readonly error?: string
}

/** Unpack the bytes in a process of its own. */
function unpack(
  bytes: Buffer,
  options: Readonly<Record<string, unknown>> = {},
  suffix = '',
  env: Readonly<Record<string, string>> = {},
): Outcome {
  const path = `${place}/layer.tar${suffix}`
  writeFileSync(path, bytes)
  const args = [program, path, layersDir, JSON.stringify(options)]
  const { stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  })
  expect(stderr).toBe('')
  return JSON.parse(stdout) as Outcome
}

/** What the items become on the disk. */
async function unpacked(...items: Item[]): Promise<Record<string, Node>> {
  const { name, error } = unpack(await archive(items))
  expect(error).toBeUndefined()
  return treeOf(`${layersDir}/${name}`)
}

/** The message with which the items are refused; nothing of them is left. */
async function refused(items: readonly Item[] | Buffer, options = {}, suffix = ''): Promise<string> {
  const { error } = unpack(Buffer.isBuffer(items) ? items : await archive(items), options, suffix)
  expect(readdirSync(layersDir), 'below the layers').toEqual([])
  return error ?? 'accepted'
}

const names = (tree: Record<string, Node>) => Object.keys(tree)

describe('a name that would lead out', () => {
  it.each([['../x'], ['/../x'], ['a/../../../x'], ['/x'], ['./x'], ['.//x'], ['../../outside/../x']])(
    '%s lands inside',
    async (name) => {
      expect(names(await unpacked(file(name)))).toContain('/x')
    },
  )

  it('of the canary itself lands inside, wherever it points', async () => {
    const tree = await unpacked(file('../../outside/canary', 'dead\n'), file(`${outside}/canary`, 'dead\n'))
    expect(tree['/outside/canary']).toMatchObject({ type: 'file' })
    expect(tree[`${outside}/canary`]).toMatchObject({ type: 'file' })
  })
})

describe('a symbolic link', () => {
  it.each([
    ['absolute', () => outside],
    ['relative', () => '../../outside'],
    ['magic', () => '/proc/self/cwd'],
    ['magic descriptor', () => '/proc/self/fd/0'],
  ])('that is %s leads nowhere when a file is written through it', async (_, target) => {
    const message = await refused([symlink('link', target()), file('link/canary', 'dead\n')])
    expect(message).toMatch(/"link\/canary" lies below a link that leads nowhere in this layer/)
  })

  it('to a directory of the same layer may be used', async () => {
    const tree = await unpacked(
      directory('usr/'),
      directory('usr/lib/'),
      symlink('lib', 'usr/lib'),
      file('lib/libc.so'),
    )
    expect(tree['/usr/lib/libc.so']).toMatchObject({ type: 'file' })
    expect(tree['/lib']).toMatchObject({ type: 'link', target: 'usr/lib' })
  })

  it('that is absolute begins at the root of the layer', async () => {
    const tree = await unpacked(directory('etc/'), symlink('link', '/etc'), file('link/passwd'))
    expect(tree['/etc/passwd']).toMatchObject({ type: 'file' })
  })

  it('in a circle is refused', async () => {
    expect(await refused([symlink('a', 'b'), symlink('b', 'a'), file('a/x')])).toMatch(/"a\/x" lies below a/)
  })

  it('that is overwritten is replaced, and its target keeps its content', async () => {
    const tree = await unpacked(symlink('x', `${outside}/canary`), file('x', 'new\n'))
    expect(tree['/x']).toMatchObject({ type: 'file', links: 1 })
  })

  it.each([['..'], ['.'], ['a/..'], ['/']])('named %s does not replace the root', async (name) => {
    expect(await refused([directory('a/'), symlink(name, outside)])).toMatch(/would replace the root/)
  })
})

describe('a hard link', () => {
  it.each([
    ['to a path above', () => '../../outside/canary'],
    ['to an absolute path', () => `${outside}/canary`],
    ['to nothing', () => 'nothing'],
    ['to itself', () => 'link'],
  ])('%s is refused', async (_, target) => {
    expect(await refused([hardLink('link', target())])).toMatch(
      /is a hard link to .* which is not in this layer/,
    )
  })

  it('through a symbolic link is refused', async () => {
    expect(await refused([symlink('out', outside), hardLink('link', 'out/canary')])).toMatch(
      /not in this layer/,
    )
  })

  it('to a directory is refused', async () => {
    expect(await refused([directory('d/'), hardLink('link', 'd')])).toMatch(
      /"link" cannot be made|"link" EPERM/,
    )
  })

  it('to a whiteout is refused', async () => {
    expect(await refused([file('.wh.x'), hardLink('y', 'x')])).toMatch(/not in this layer/)
  })

  it('to a symbolic link is one to the link; writing to it leaves the target alone', async () => {
    const tree = await unpacked(symlink('s', `${outside}/canary`), hardLink('h', 's'), file('h', 'dead\n'))
    expect(tree['/h']).toMatchObject({ type: 'file', links: 1 })
    expect(tree['/s']).toMatchObject({ type: 'link' })
  })

  it('is another name of the same file', async () => {
    const tree = await unpacked(file('a'), hardLink('b', 'a'))
    expect(tree['/b']).toEqual(tree['/a'])
    expect(tree['/a']).toMatchObject({ links: 2 })
  })
})

describe('what only the engine may say to the overlay file system', () => {
  it('a character device 0:0 is refused', async () => {
    expect(await refused([device('x', 0, 0)])).toMatch(/"x" is a character device 0:0/)
  })

  it.each([
    ['trusted.overlay.opaque', 'y'],
    ['trusted.overlay.redirect', '/etc'],
    ['trusted.overlay.metacopy', ''],
    ['user.overlay.opaque', 'y'],
  ])('the attribute %s is not taken from an archive', async (key, value) => {
    const tree = await unpacked(xattr('d', key, value))
    expect(tree['/d']?.xattrs).toEqual({})
  })
})

describe('a whiteout', () => {
  const gone = { type: 'character device', device: '0:0', mode: '0' }

  it('becomes a character device 0:0', async () => {
    const tree = await unpacked(directory('etc/'), file('etc/.wh.passwd', ''))
    expect(tree['/etc/passwd']).toMatchObject(gone)
    expect(names(tree)).toEqual(['/etc', '/etc/passwd'])
  })

  it('may have a content, or be a directory: its name never appears', async () => {
    expect(names(await unpacked(file('.wh.a', 'content'), directory('.wh.b/')))).toEqual(['/a', '/b'])
  })

  it.each([['.wh..'], ['.wh...'], ['.wh.'], ['etc/.wh...']])('%s is refused', async (name) => {
    expect(await refused([directory('etc/'), file(name, '')])).toMatch(/would delete a directory from within/)
  })

  it('with something in it is refused', async () => {
    expect(await refused([file('.wh.a/b')])).toMatch(/lies in a whiteout/)
  })

  it('below a link, a file or another whiteout means nothing: all is hidden there already', async () => {
    const tree = await unpacked(
      directory('etc/'),
      symlink('out', outside),
      file('out/.wh.canary', ''),
      symlink('in', 'etc'),
      file('in/.wh.passwd', ''),
      file('in/.wh..wh..opq', ''),
      file('plain'),
      file('plain/.wh.x', ''),
      file('.wh.gone', ''),
      file('gone/.wh.x', ''),
    )
    expect(names(tree)).toEqual(['/etc', '/gone', '/in', '/out', '/plain'])
    expect(tree['/gone']).toMatchObject(gone)
    expect(tree['/etc']?.xattrs).toEqual({})
  })

  it('of a directory in which there are only whiteouts takes that too', async () => {
    const tree = await unpacked(file('gone/.wh.x', ''), file('gone/y/.wh.z', ''), file('.wh.gone', ''))
    expect(names(tree)).toEqual(['/gone'])
    expect(tree['/gone']).toMatchObject(gone)
  })

  it.each([
    ['before', [file('.wh.dir', ''), directory('dir/'), file('dir/new')]],
    ['after', [directory('dir/'), file('dir/new'), file('.wh.dir', '')]],
    ['before, with the directory not mentioned,', [file('.wh.dir', ''), file('dir/new')]],
  ])('%s a new directory hides the old one, and leaves the new', async (_, items) => {
    const tree = await unpacked(...items)
    expect(tree['/dir']).toMatchObject({ type: 'directory', xattrs: { 'trusted.overlay.opaque': 'y' } })
    expect(tree['/dir/new']).toMatchObject({ type: 'file' })
  })

  it.each([
    ['before', [file('.wh.x', ''), file('x')]],
    ['after', [file('x'), file('.wh.x', '')]],
  ])('%s a new file leaves the new file', async (_, items) => {
    expect((await unpacked(...items))['/x']).toMatchObject({ type: 'file' })
  })

  it.each([
    ['before', [directory('d/'), file('d/.wh..wh..opq', ''), file('d/new')]],
    ['after', [directory('d/'), file('d/new'), file('d/.wh..wh..opq', '')]],
    ['without', [file('d/.wh..wh..opq', '')]],
  ])('of all that is below, %s other entries, marks the directory', async (_, items) => {
    const tree = await unpacked(...items)
    expect(tree['/d']).toMatchObject({ type: 'directory', xattrs: { 'trusted.overlay.opaque': 'y' } })
    expect(names(tree).filter((name) => name !== '/d/new')).toEqual(['/d'])
  })

  it('of all that is below, at the root, is ignored as Docker ignores it', async () => {
    expect(names(await unpacked(file('.wh..wh..opq', ''), file('x')))).toEqual(['/x'])
  })

  it('that aufs left behind is skipped', async () => {
    const items = [directory('.wh..wh.plnk/'), file('.wh..wh.plnk/1.2'), file('.wh..wh.aufs'), file('x')]
    expect(names(await unpacked(...items))).toEqual(['/x'])
  })
})

describe('of two entries with one name the last one wins', () => {
  it('file and file', async () => {
    const tree = await unpacked(file('x', 'long content\n'), file('x', 'short'))
    expect(tree['/x']?.content).toBe((await unpacked(file('y', 'short')))['/y']?.content)
  })

  it('directory and file, and nothing of the directory is left', async () => {
    const tree = await unpacked(directory('x/'), file('x/a'), directory('x/b/'), file('x/b/c'), file('x'))
    expect(names(tree)).toEqual(['/x'])
    expect(tree['/x']).toMatchObject({ type: 'file' })
  })

  it('file and directory', async () => {
    expect((await unpacked(file('x'), directory('x/', { mode: 0o711 })))['/x']).toMatchObject({
      type: 'directory',
      mode: '711',
    })
  })

  it('symbolic link and directory', async () => {
    const tree = await unpacked(symlink('x', outside), directory('x/'), file('x/canary', 'dead'))
    expect(tree['/x']).toMatchObject({ type: 'directory' })
  })

  it('directory and directory: the content of both, the mode of the last', async () => {
    const tree = await unpacked(directory('x/'), file('x/a'), directory('x/', { mode: 0o700 }))
    expect(names(tree)).toEqual(['/x', '/x/a'])
    expect(tree['/x']).toMatchObject({ mode: '700' })
  })
})

describe('what the archive says is what is there', () => {
  it('owners, modes and times, whatever the umask', async () => {
    const more = { uid: 1234, gid: 4321, mtime: new Date(1_500_000_000_000) }
    const tree = await unpacked(
      directory('d/', { ...more, mode: 0o1777 }),
      file('d/suid', 'x', { ...more, mode: 0o4755 }),
      file('d/open', 'x', { ...more, mode: 0o666 }),
      { ...symlink('d/link', 'nowhere'), ...more },
      { name: 'd/fifo', type: 'fifo', ...more, mode: 0o622 },
      { ...device('d/null', 1, 3), ...more },
    )
    const mtime = '1500000000000000000'
    const owner = '1234:4321'
    expect(tree['/d']).toMatchObject({ mode: '1777', owner, mtime })
    expect(tree['/d/suid']).toMatchObject({ mode: '4755', owner, mtime })
    expect(tree['/d/open']).toMatchObject({ mode: '666', owner, mtime })
    expect(tree['/d/link']).toMatchObject({ type: 'link', target: 'nowhere', owner, mtime })
    expect(tree['/d/fifo']).toMatchObject({ type: 'fifo', mode: '622', owner, mtime })
    expect(tree['/d/null']).toMatchObject({ device: '1:3', mode: '666', owner, mtime })
  })

  it('in a set-group-ID directory too', async () => {
    const tree = await unpacked(directory('d/', { gid: 50, mode: 0o2755 }), directory('d/e/'), file('d/f'))
    expect(tree['/d']).toMatchObject({ mode: '2755', owner: '0:50' })
    expect(tree['/d/e']).toMatchObject({ mode: '755', owner: '0:0' })
    expect(tree['/d/f']).toMatchObject({ owner: '0:0' })
  })

  it('nanoseconds, large owners, long names, attributes with any bytes', async () => {
    const long = `${'directory/'.repeat(110)}${'n'.repeat(100)}`
    const tree = await unpacked(
      file('t', 'x', { pax: { mtime: '1500000000.123456789', uid: '4000000000', gid: '3000000000' } }),
      file('old', 'x', { pax: { mtime: '-1.25' } }),
      file('older', 'x', { pax: { mtime: '-86400' } }),
      directory('dir', { pax: { mtime: '1500000000.000000001' } }),
      file('dir/after', 'x'),
      file(long),
      file('a', 'x', { pax: { 'SCHILY.xattr.user.note': 'a=b\nc' } }),
    )
    expect(tree['/t']).toMatchObject({ mtime: '1500000000123456789', owner: '4000000000:3000000000' })
    expect(tree['/old']).toMatchObject({ mtime: '-1250000000' })
    expect(tree['/older']).toMatchObject({ mtime: '-86400000000000' })
    expect(tree['/dir']).toMatchObject({ mtime: '1500000000000000001' })
    expect(tree[`/${long}`]).toMatchObject({ type: 'file' })
    expect(tree['/a']?.xattrs).toEqual({ 'user.note': 'a=b\nc' })
  })

  it('names that are no UTF-8, byte for byte', async () => {
    const bytes = patched(await archive([file('caf?')]), 0, 'caf\xe9')
    const { name } = unpack(bytes)
    expect(names(treeOf(`${layersDir}/${name}`))).toEqual(['/caf\xe9'])
  })

  it('the root directory of the layer itself', async () => {
    const { name } = unpack(await archive([directory('./', { mode: 0o700, uid: 7 }), file('./x')]))
    expect(look(`${layersDir}/${name}`)).toMatchObject({
      mode: '700',
      owner: '7:0',
      mtime: '1000000000000000000',
    })
  })

  it('directories that it does not mention are root’s, and readable for all', async () => {
    expect((await unpacked(file('a/b/c')))['/a/b']).toMatchObject({ mode: '755', owner: '0:0' })
  })
})

describe('what no layer may hold is refused, and nothing stays', () => {
  it('a name that no file system can keep', async () => {
    expect(await refused([file('n'.repeat(256))])).toMatch(/has a name that is longer/)
    expect(await refused([file('d/'.repeat(2100))])).toMatch(/has a name that is longer/)
  })

  it('something below a file', async () => {
    expect(await refused([file('a'), file('a/b')])).toMatch(
      /"a\/b" lies below something that is no directory/,
    )
  })

  it('a sparse file, and a type that nobody knows', async () => {
    const bytes = await archive([file('x')])
    expect(await refused(patched(bytes, 156, 'S'))).toMatch(/"x" is a sparse file/)
    expect(await refused(patched(bytes, 156, 'Z'))).toMatch(/"x" is of a type that is not known: "Z"/)
    expect(await refused([file('x', 'y', { pax: { 'GNU.sparse.major': '1' } })])).toMatch(/sparse file/)
  })

  it('a header whose checksum is wrong', async () => {
    const bytes = await archive([file('x')])
    bytes[0] = 0x79
    expect(await refused(bytes)).toMatch(/the checksum of a header is wrong/)
  })

  it('an archive that is cut off', async () => {
    const bytes = await archive([file('x', 'y'.repeat(2000))])
    expect(await refused(bytes.subarray(0, 1000))).toMatch(/cut off/)
    expect(await refused(bytes.subarray(0, 300))).toMatch(/cut off/)
  })

  it('a PAX header that makes no sense, or is too large', async () => {
    const bytes = await archive([file('x', 'y', { pax: { comment: 'none' } })])
    const garbage = Buffer.from(bytes)
    garbage.write('99', 512, 'latin1')
    expect(await refused(garbage)).toMatch(/PAX header makes no sense/)
    expect(await refused(patched(bytes, 124, '77777777777'))).toMatch(/more than any archive needs/)
  })

  it('the start of a good layer goes with the rest that is bad', async () => {
    expect(
      await refused([file('good'), directory('d/'), file('d/good'), hardLink('bad', 'nothing')]),
    ).toMatch(/"bad"/)
  })
})

describe('digests', () => {
  const digestOf = 'sha256:'.padEnd(71, '0')

  it('a layer that is not what the image says does not appear', async () => {
    expect(await refused([file('x')], { diffId: digestOf })).toMatch(/it is not what the image says/)
  })

  it('compressed bytes that are not what was asked for', async () => {
    const bytes = gzipSync(await archive([file('x')]))
    expect(await refused(bytes, { digest: digestOf }, '.gz')).toMatch(
      /the bytes that came have the digest sha256:/,
    )
  })

  it.each([['sha256:../../x'], ['md5:0'], [''], [digestOf.toUpperCase()]])(
    '%j is no digest',
    async (diffId) => {
      const { error } = unpack(await archive([file('x')]), { diffId })
      expect(error).toMatch(/is no digest of a layer/)
      expect(existsSync(layersDir)).toBe(false)
    },
  )

  it('compressed data that is damaged, or cut off', async () => {
    const bytes = gzipSync(await archive([file('x', 'y'.repeat(5000))]))
    const spoiled = Buffer.from(bytes)
    spoiled[30] = spoiled[30]! ^ 0xff
    const diffId = digestOf
    expect(await refused(spoiled, { diffId }, '.gz')).toMatch(/cannot be decompressed/)
    expect(await refused(bytes.subarray(0, -20), { diffId }, '.gz')).toMatch(/cannot be decompressed/)
    expect(await refused(Buffer.from('no archive at all'), { diffId }, '.zst')).toMatch(
      /cannot be decompressed/,
    )
  })

  it('bytes after the end of the archive count', async () => {
    const bytes = Buffer.concat([await archive([file('x')]), Buffer.from('and more')])
    const { name } = unpack(bytes)
    expect(names(treeOf(`${layersDir}/${name}`))).toEqual(['/x'])
  })
})

describe('compression', () => {
  it.each([
    ['gzip', '.gz', gzipSync],
    ['zstd', '.zst', zstdCompressSync],
  ] as const)('%s, in pieces of any size', async (_, suffix, compress) => {
    const tar = await archive([file('a', 'a'.repeat(70_000)), file('b', 'b')])
    const whole = unpack(tar)
    const tree = treeOf(`${layersDir}/${whole.name}`)
    for (const chunk of [1, 7, 65536]) {
      rmSync(layersDir, { recursive: true })
      expect(unpack(compress(tar), { chunk }, suffix)).toEqual(whole)
      expect(treeOf(`${layersDir}/${whole.name}`)).toEqual(tree)
    }
  })

  it('gzip in several members, as pigz, bgzip and eStargz write it', async () => {
    const tar = await archive([file('a', 'a'.repeat(70_000)), file('b', 'b')])
    const members = [tar.subarray(0, 600), tar.subarray(600, 40_000), tar.subarray(40_000)].map((part) =>
      gzipSync(part),
    )
    for (const chunk of [1, members[0]!.length, 65536]) {
      rmSync(layersDir, { recursive: true, force: true })
      const { name, error } = unpack(Buffer.concat(members), { chunk }, '.gz')
      expect(error).toBeUndefined()
      expect(names(treeOf(`${layersDir}/${name}`))).toEqual(['/a', '/b'])
    }
  })

  it('200 MB of zeros in 200 KB take no more memory than other layers', async () => {
    const tar = await archive([file('zeros', Buffer.alloc(200 << 20))])
    const { size, error } = unpack(gzipSync(tar), {}, '.gz')
    expect({ size, error }).toEqual({ size: 200 << 20, error: undefined })
  })
})

describe('a decompression bomb', () => {
  it('of a gigabyte and more in a megabyte is refused on the way, and nothing of it stays', async () => {
    const kilobytes = Buffer.alloc(1024)
    const header = (await archive([file('zeros', Buffer.alloc(0))])).subarray(0, 512)
    const announced = patched(header, 124, '20000000000\0')
    const bomb = createGzip({ level: 9 })
    const compressed = buffer(bomb)
    bomb.write(announced)
    for (let i = 0; i < 1.1 * 2 ** 10; i++) bomb.write(Buffer.alloc(2 ** 20, kilobytes))
    bomb.end()
    const { error } = unpack(await compressed, { diffId: `sha256:${'0'.repeat(64)}` }, '.gz')
    expect(error).toMatch(
      /more than 1073741824 bytes on the disk, from \d{6,7}: that is how a decompression bomb/,
    )
    expect(readdirSync(layersDir)).toEqual([])
  })

  it('of names without content too', async () => {
    const many = await archive(Array.from({ length: 300 }, (_, i) => directory(`d${i}`)))
    const { error } = unpack(many, {}, '', { GOCKER_LAYER_LIMIT: '1000000' })
    expect(error).toMatch(
      /becomes more than 1000000 bytes on the disk, which is what GOCKER_LAYER_LIMIT allows/,
    )
    expect(readdirSync(layersDir)).toEqual([])
    expect(unpack(many, {}, '', { GOCKER_LAYER_LIMIT: '1300000' }).error).toBeUndefined()
  })
})

describe('a layer that is there already', () => {
  it('stays as it is, when it is unpacked once more', async () => {
    const tar = await archive([file('x')])
    const first = unpack(tar)
    const inode = look(`${layersDir}/${first.name}`)
    expect(unpack(tar)).toEqual(first)
    expect(look(`${layersDir}/${first.name}`)).toEqual(inode)
    expect(readdirSync(layersDir).sort()).toEqual([first.name, `${first.name}.json`])
  })
})
