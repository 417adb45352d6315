import { afterEach, expect, it } from 'vitest'
import { pull } from './exercise.ts'
import { type Lie, openShop, type Shop } from './registry.ts'

let shop: Shop | undefined

afterEach(() => shop?.close())

async function open(lie?: Lie): Promise<Shop> {
  shop = await openShop(lie)
  return shop
}

/** The error that it ends with, unless that is the one of a stub. */
async function failure(pulled: Promise<unknown>): Promise<unknown> {
  const error = await pulled.then(
    () => undefined,
    (caught: Error) => caught,
  )
  if (error?.message.includes('TODO')) throw error
  return error
}

const texts = (layers: readonly Uint8Array[] = []) => layers.map((layer) => Buffer.from(layer).toString())

it('the image is pulled: its config, and its layers as archives', async () => {
  const { url, archives } = await open()
  const image = await pull(url, 'alice/shop', 'latest', 'amd64')
  expect(image?.config?.architecture, 'the architecture in the config').toBe('amd64')
  expect(texts(image?.layers), 'the layers, from the lowest up, unpacked').toEqual(texts(archives.amd64))
})

it('the architecture that was asked for is the one that is taken', async () => {
  const { url, archives } = await open()
  const image = await pull(url, 'alice/shop', 'latest', 'arm64')
  expect(image?.config?.architecture, 'the architecture in the config').toBe('arm64')
  expect(texts(image?.layers), 'the layers for arm64').toEqual(texts(archives.arm64))
})

it('what is not there is an error', async () => {
  const { url } = await open()
  for (const [tag, architecture] of [
    ['latest', 's390x'],
    ['no-such-tag', 'amd64'],
  ] as const)
    expect(
      await failure(pull(url, 'alice/shop', tag, architecture)),
      `alice/shop:${tag} is not there for ${architecture}, and something was pulled`,
    ).toBeInstanceOf(Error)
})

it('one token is fetched, and used', async () => {
  const { url, seen } = await open()
  await pull(url, 'alice/shop', 'latest', 'amd64')
  const tokens = seen.filter(({ path }) => path === '/get-a-token')
  expect(tokens.length, 'how often a token was fetched').toBe(1)
})

it('the token stays with the registry', async () => {
  const { url, seen } = await open()
  await pull(url, 'alice/shop', 'latest', 'amd64')
  const elsewhere = seen.filter(({ storage }) => storage)
  expect(elsewhere.length, 'requests to the host that keeps the blobs').toBeGreaterThanOrEqual(3)
  for (const { authorization } of elsewhere)
    expect(authorization, 'what the host that keeps the blobs was told of who asks').toBe(undefined)
})

const lies: readonly Lie[] = [
  'another manifest',
  'another config',
  'another layer',
  'a longer layer',
  'an archive of another diff_id',
  'no more layers than config',
  'a manifest with a wrong size',
]

it.each(lies)('a registry that lies is found out: %s', async (lie) => {
  const { url } = await open(lie)
  expect(
    await failure(pull(url, 'alice/shop', 'latest', 'amd64')),
    `the registry sent ${lie}, and it was believed`,
  ).toBeInstanceOf(Error)
})
