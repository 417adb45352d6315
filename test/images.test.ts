// Pulling from a registry that behaves, and from one that does not.

import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Fault, type SmallRegistryOptions, startSmallRegistry } from '../src/image/small-registry.ts'
import { type Image, openStore } from '../src/image/store.ts'
import { docker, type MadeImage, makeShelf, oci, type Shelf } from './image/layouts.ts'

interface Outcome {
  readonly image?: Image
  readonly error?: string
  readonly statuses: readonly string[]
  readonly retries: readonly string[]
  readonly memory: number
  /** what the registry was asked */
  readonly requests: readonly string[]
}

const home = mkdtempSync(join(tmpdir(), 'gocker-test-'))
const root = join(home, 'root')
const store = openStore(root)
const big = randomBytes(3_000_000)
let shelf: Shelf
let one: MadeImage

beforeAll(async () => {
  shelf = makeShelf(join(home, 'shelf'))
  one = await shelf.image([{ files: { base: big } }, { files: { 'etc/motd': 'hello\n' } }])
  shelf.name(one.manifest, 'lib/x:1')
})
beforeEach((ctx) => {
  if (process.platform !== 'linux' || process.geteuid?.() !== 0) ctx.skip('unpacking needs root on Linux')
  rmSync(root, { recursive: true, force: true })
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

async function pullFrom(options: SmallRegistryOptions = {}, name = 'lib/x:1', more = {}): Promise<Outcome> {
  const registry = await startSmallRegistry(shelf.dir, options)
  try {
    const script = join(import.meta.dirname, 'image/pull-one.ts')
    const args = [script, root, `${registry.host}/${name}`, JSON.stringify(more)]
    const env = { ...process.env, DOCKER_CONFIG: home, NODE_OPTIONS: '' }
    const { stdout } = await promisify(execFile)(process.execPath, args, { env })
    return { ...JSON.parse(stdout), requests: [...registry.requests] }
  } finally {
    await registry.close()
  }
}

const withFault = (...faults: Fault[]) => pullFrom({ faults })
const leftovers = () => (existsSync(`${root}/images/partial`) ? readdirSync(`${root}/images/partial`) : [])
const layersHere = () =>
  existsSync(store.layersDir) ? readdirSync(store.layersDir).filter((n) => !n.endsWith('.json')) : []
const asked = (outcome: Outcome, what: string) =>
  outcome.requests.filter((line) => line.includes(what)).length

describe('a pull', () => {
  it('puts config, manifest and layers in place, and lists the image', async () => {
    const { image, statuses } = await pullFrom()
    expect(image).toMatchObject({ id: one.config.digest, digest: one.manifest.digest })
    expect(store.find(image!.reference!)?.layers).toEqual(one.diffIds.map((d) => d.slice(7, 31)).reverse())
    const [top = '', base = ''] = image!.layers
    expect(readFileSync(join(store.layersDir, top, 'etc/motd'), 'utf8')).toBe('hello\n')
    expect(readFileSync(join(store.layersDir, base, 'base'))).toEqual(big)
    expect(statuses.at(-1)).toBe('newer')
    expect(store.list().map(({ size }) => size)).toEqual([big.length + 6])
  })

  it('asks for nothing that is here already', async () => {
    await pullFrom()
    const registry = await pullFrom()
    // the name holds the registry's port, so it is a new name for the same image
    expect(asked(registry, one.layers[0]!.digest)).toBe(0)
    expect(store.list()).toHaveLength(2)
  })

  it('shares a layer with another image, and fetches only what is new', async () => {
    const two = await shelf.image([{ files: { base: big } }, { files: { other: 'x' } }])
    shelf.name(two.manifest, 'lib/y:1')
    await pullFrom()
    const outcome = await pullFrom({}, 'lib/y:1')
    expect(asked(outcome, one.layers[0]!.digest)).toBe(0)
    expect(layersHere()).toHaveLength(3)
  })

  it.each([
    ['gzip', 'OCI', oci],
    ['zstd', 'OCI', oci],
    ['none', 'OCI', oci],
    ['gzip', 'Docker', docker],
    ['zstd', 'Docker', docker],
    ['none', 'Docker', docker],
  ] as const)('takes layers compressed with %s and named by %s', async (compression, _, types) => {
    const made = await shelf.image([{ files: { file: 'content' }, compression }], types)
    shelf.name(made.manifest, 'lib/kinds:1')
    const { image, error } = await pullFrom({}, 'lib/kinds:1')
    expect(error).toBeUndefined()
    expect(readFileSync(join(store.layersDir, image!.layers[0]!, 'file'), 'utf8')).toBe('content')
  })

  it('chooses the platform from an index', async () => {
    const arm = await shelf.image([{ files: { which: 'arm64' } }], oci, {
      os: 'linux',
      architecture: 'arm64',
    })
    const index = shelf.json(oci.index, {
      manifests: [
        { ...one.manifest, platform: { os: 'linux', architecture: 'amd64' } },
        { ...arm.manifest, platform: { os: 'linux', architecture: 'arm64', variant: 'v8' } },
      ],
    })
    shelf.name(index, 'lib/many:1')
    const outcome = await pullFrom({}, 'lib/many:1', { platform: 'linux/arm64' })
    expect(outcome.image).toMatchObject({ digest: arm.manifest.digest, repoDigest: index.digest })
    const none = await pullFrom({}, 'lib/many:1', { platform: 'linux/s390x' })
    expect(none.error).toMatch(
      /no matching manifest for linux\/s390x.*\nThere is: linux\/amd64, linux\/arm64\/v8/,
    )
  })

  it('by digest is kept under the digest', async () => {
    const { image } = await pullFrom({}, `lib/x@${one.manifest.digest}`)
    expect(image?.reference).toMatch(new RegExp(`/lib/x@${one.manifest.digest}$`))
    expect(store.find(image!.reference!)?.id).toBe(one.config.digest)
  })

  it('keeps its memory small, however large the layer', async () => {
    const zeros = Buffer.alloc(400_000_000)
    const made = await shelf.image([{ files: { zeros, noise: randomBytes(60_000_000) } }])
    shelf.name(made.manifest, 'lib/large:1')
    const { memory, error } = await pullFrom({}, 'lib/large:1')
    expect(error).toBeUndefined()
    // types are stripped in the same process here, which takes 30 MB by itself
    expect(memory).toBeLessThan(190_000_000)
  })
})

describe('a login', () => {
  const login = { username: 'anna', password: 'secret' }
  const anyHost = (value: string) => ({ kind: 'login', username: 'anna', password: value })

  it('is not needed for a token to what is public', async () => {
    const outcome = await pullFrom({ authorization: 'bearer' })
    expect(outcome.error).toBeUndefined()
    expect(asked(outcome, '/token?')).toBe(1)
  })

  it('a token that ends is replaced by another', async () => {
    const outcome = await pullFrom({ authorization: 'bearer', tokenLasts: 2 })
    expect(outcome.error).toBeUndefined()
    expect(asked(outcome, '/token?')).toBeGreaterThan(1)
  })

  it.each(['bearer', 'basic'] as const)(
    '%s: works with the password, not without, not with a wrong one',
    async (authorization) => {
      const server = { authorization, login }
      expect((await pullFrom(server, 'lib/x:1', { credentials: anyHost('secret') })).error).toBeUndefined()
      const denied =
        /^pull access denied for 127.0.0.1:\d+\/lib\/x, repository does not exist or may require 'docker login'/
      expect((await pullFrom(server)).error).toMatch(denied)
      expect((await pullFrom(server, 'lib/x:1', { credentials: anyHost('wrong') })).error).toMatch(denied)
    },
  )

  it('kept by a program says that it is out of reach', async () => {
    writeFileSync(join(home, 'config.json'), JSON.stringify({ credsStore: 'pass' }))
    const { error } = await pullFrom({ authorization: 'basic', login })
    rmSync(join(home, 'config.json'))
    expect(error).toMatch(/docker-credential-pass, and Gocker starts no other programs/)
  })
})

describe('when the registry', () => {
  const layer = () => one.layers[0]!.digest

  it('is busy (429), the pull waits as long as it is told', async () => {
    const outcome = await withFault({ path: '/manifests/', status: 429, headers: { 'retry-after': '0' } })
    expect(outcome.error).toBeUndefined()
    expect(outcome.retries).toHaveLength(1)
  })

  it('is overloaded (503), it is asked again, but not for ever', async () => {
    expect((await withFault({ path: layer(), status: 503, times: 2 })).error).toBeUndefined()
    rmSync(root, { recursive: true })
    const outcome = await withFault({ path: layer(), status: 503, times: 100 })
    expect(outcome.error).toMatch(/answered 503.\nTried 6 times/)
    expect(asked(outcome, layer())).toBe(6)
    expect(store.list()).toEqual([])
  })

  it('breaks off, the pull goes on where it stopped', async () => {
    const outcome = await withFault({ path: layer(), cutAfter: 1_000_000 })
    expect(outcome.error).toBeUndefined()
    expect(outcome.requests.filter((line) => line.includes(layer()))).toEqual([
      expect.stringMatching(/ 200$/),
      expect.stringMatching(/ 206$/),
    ])
  })

  it('breaks off and knows no ranges, the pull still gets all', async () => {
    const outcome = await withFault(
      { path: layer(), cutAfter: 1_000_000 },
      { path: layer(), wholeOnly: true },
    )
    expect(outcome.error).toBeUndefined()
  })

  it('goes away, the next pull goes on where this one stopped', async () => {
    const outcome = await withFault(
      { path: layer(), cutAfter: 1_000_000 },
      { path: layer(), cutAfter: 0, times: 99 },
    )
    expect(outcome.error).toMatch(/What came is kept/)
    expect(leftovers()).toEqual([layer().slice(7)])
    expect(store.list()).toEqual([])
    const next = await pullFrom()
    expect(next.error).toBeUndefined()
    expect(next.requests.filter((line) => line.includes(layer()))).toEqual([expect.stringMatching(/ 206$/)])
    expect(leftovers()).toEqual([])
  })

  it('left bytes that went bad on the disk, they are fetched again', async () => {
    await withFault({ path: layer(), cutAfter: 1_000_000 }, { path: layer(), cutAfter: 0, times: 99 })
    writeFileSync(join(root, 'images/partial', layer().slice(7)), Buffer.alloc(1_000_000))
    expect((await pullFrom()).error).toBeUndefined()
  })

  it('says nothing any more, the pull asks again', async () => {
    const registry = { faults: [{ path: layer(), stallAfter: 100_000 }] }
    const outcome = await pullFrom(registry, 'lib/x:1', { patience: 400 })
    expect(outcome.error).toBeUndefined()
    expect(outcome.retries).toEqual([expect.stringMatching(/sent nothing/)])
  })

  it.each([
    ['layer', () => layer()],
    ['config', () => one.config.digest],
    ['manifest', () => '/manifests/'],
  ])('changes one byte of the %s, it is found out and nothing is listed', async (_, path) => {
    const { error } = await withFault({ path: path(), wrongByte: true, times: 9 })
    expect(error).toMatch(/^Wrong digest: /)
    expect(store.list()).toEqual([])
    expect(layersHere()).not.toContain(one.diffIds[0]!.slice(7, 31))
    expect(leftovers()).not.toContain(layer().slice(7))
  })

  it('offers another size than the manifest says, it is refused', async () => {
    const wrong = { ...one.layers[1]!, size: one.layers[1]!.size + 1 }
    const lying = shelf.json(oci.manifest, { config: one.config, layers: [one.layers[0], wrong] })
    shelf.name(lying, 'lib/lying:1')
    expect((await pullFrom({}, 'lib/lying:1')).error).toMatch(/the registry offers/)
    expect(store.list()).toEqual([])
  })

  it('has a layer that is not what the config says, it is refused', async () => {
    const other = await shelf.image([{ files: { evil: 'x' } }, { files: { 'etc/motd': 'hello\n' } }])
    shelf.name(shelf.json(oci.manifest, { config: one.config, layers: other.layers }), 'lib/mixed:1')
    expect((await pullFrom({}, 'lib/mixed:1')).error).toMatch(/^Layer sha256:[0-9a-f]+: /)
    expect(store.list()).toEqual([])
  })

  it.each([
    [
      'has no such tag',
      'lib/x:nope',
      /^manifest for 127.0.0.1:\d+\/lib\/x:nope not found: manifest unknown: /,
    ],
    ['has no such repository', 'lib/none:1', /not found: manifest unknown: /],
  ])('%s, it says so as Docker does', async (_, name, message) => {
    expect((await pullFrom({}, name)).error).toMatch(message)
  })

  it('sends us to a host without TLS, we do not go', async () => {
    const headers = { location: 'http://registry.example/blob' }
    const { error } = await withFault({ path: layer(), status: 307, headers })
    expect(error).toMatch(/is not encrypted/)
  })

  it('sends us to another host, the password does not come along', async () => {
    const other = await startSmallRegistry(shelf.dir, {
      authorization: 'basic',
      login: { username: 'a', password: 'b' },
    })
    const headers = { location: `http://${other.host}/v2/lib/x/blobs/${layer()}` }
    const registry = {
      authorization: 'basic',
      login: { username: 'a', password: 'b' },
      faults: [{ path: layer(), status: 307, headers }],
    } as const
    const credentials = { kind: 'login', username: 'a', password: 'b' }
    const { error } = await pullFrom(registry, 'lib/x:1', { credentials })
    // the other host wanted the same password, and did not get it
    expect(other.requests[0]).toMatch(/ 401$/)
    // and where its challenge points to, nothing was sent either
    expect(error).toMatch(/^pull access denied/)
    await other.close()
  })

  it('is away, the message is one sentence and comes at once', async () => {
    const registry = await startSmallRegistry(shelf.dir)
    const { host } = registry
    await registry.close()
    const script = join(import.meta.dirname, 'image/pull-one.ts')
    const { stdout } = await promisify(execFile)(process.execPath, [script, root, `${host}/x`])
    expect(JSON.parse(stdout).error).toBe(
      `Nothing listens at ${host}: the registry is away.\nIs the name right, and is it running?`,
    )
  })
})
