// Names and JSON documents of images, from strangers: what is accepted means what it says, what is not is refused in a
// sentence. No TypeError, no hang.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { parseChallenges } from '../../src/image/authorization.ts'
import { applyChanges } from '../../src/image/change.ts'
import { credentialsFor } from '../../src/image/credentials.ts'
import { layerTypes, mediaTypes, parseConfig, parseDocument } from '../../src/image/manifest.ts'
import { choosePlatform, hostPlatform, parsePlatform, platformText } from '../../src/image/platform.ts'
import { canonical, familiar, parseReference } from '../../src/image/reference.ts'
import { registryUrl } from '../../src/image/registry-url.ts'
import { orRefused, patience, runs } from './runs.ts'

vi.setConfig({ testTimeout: patience })

/** Pieces of which names are made, right ones and wrong ones. */
const word = fc.oneof(
  fc.constantFrom(
    'alpine',
    'localhost',
    'a.b',
    'x_y',
    '..',
    '',
    '[::1]',
    '5000',
    'latest',
    'sha256',
    'library',
  ),
  fc.constantFrom(`${'a'.repeat(64)}`, 'A', '%2e%2e', '\0', '\x1b[31m', '../../etc', 'é', ' ', '\n'),
  fc.string({ maxLength: 8 }),
)
const name = fc
  .array(fc.tuple(word, fc.constantFrom('/', ':', '@', '', '-', '.')), { minLength: 1, maxLength: 6 })
  .map((parts) => parts.flat().join('').slice(0, -1))

/** JSON as it should be nowhere: any value may stand in any place. */
const anything = fc.jsonValue({ maxDepth: 3 })
const orAnything = (right: fc.Arbitrary<unknown>) => fc.oneof({ weight: 8, arbitrary: right }, anything)
const digest = orAnything(
  fc.oneof(
    fc.constant(`sha256:${'0'.repeat(64)}`),
    fc.constantFrom(
      'sha256:../../../etc/passwd',
      'sha512:00',
      `sha256:${'A'.repeat(64)}`,
      `sha256:${'0'.repeat(64)}/`,
    ),
  ),
)
const descriptor = fc.record(
  {
    mediaType: orAnything(fc.constantFrom(...layerTypes, ...mediaTypes.config, ...mediaTypes.manifest)),
    digest,
    size: orAnything(fc.integer({ min: -2, max: 2 ** 40 })),
    platform: orAnything(
      fc.record({ os: orAnything(fc.constant('linux')), architecture: orAnything(fc.constant('amd64')) }),
    ),
    annotations: orAnything(fc.dictionary(fc.string(), fc.string())),
  },
  { requiredKeys: ['mediaType', 'digest', 'size'] },
)
const document = fc.record(
  {
    schemaVersion: orAnything(fc.constant(2)),
    mediaType: orAnything(fc.constantFrom(...mediaTypes.manifest, ...mediaTypes.index)),
    config: orAnything(descriptor),
    layers: orAnything(fc.array(descriptor, { maxLength: 4 })),
    manifests: orAnything(fc.array(descriptor, { maxLength: 4 })),
  },
  { requiredKeys: ['schemaVersion'] },
)
const texts = orAnything(fc.array(orAnything(fc.string()), { maxLength: 4 }))
const process = fc.record(
  {
    User: orAnything(fc.string()),
    ExposedPorts: orAnything(fc.dictionary(fc.string(), fc.constant({}))),
    Env: texts,
    Entrypoint: texts,
    Cmd: texts,
    Volumes: orAnything(fc.dictionary(fc.string(), fc.constant({}))),
    WorkingDir: orAnything(fc.string()),
    Labels: orAnything(fc.dictionary(fc.string(), orAnything(fc.string()))),
    StopSignal: orAnything(fc.string()),
    Healthcheck: orAnything(fc.record({ Test: texts, Interval: orAnything(fc.integer()) })),
  },
  { requiredKeys: [] },
)
const config = fc.record({
  os: orAnything(fc.constant('linux')),
  architecture: orAnything(fc.constant('amd64')),
  config: orAnything(process),
  rootfs: orAnything(
    fc.record({ type: fc.constant('layers'), diff_ids: orAnything(fc.array(digest, { maxLength: 3 })) }),
  ),
  history: orAnything(
    fc.array(orAnything(fc.record({ created_by: orAnything(fc.string()) })), { maxLength: 3 }),
  ),
})

const bytes = (value: unknown) => Buffer.from(JSON.stringify(value))
const isNothingOr = (type: string) => (value: unknown) =>
  value === undefined || value === null || typeof value === type

describe('a reference', () => {
  it('that is accepted stays what it is when it is written down and read again', () => {
    fc.assert(
      fc.property(name, (text) => {
        const reference = orRefused(() => parseReference(text))
        if (!reference) return
        expect(parseReference(canonical(reference))).toEqual({
          ...reference,
          ...(reference.digest && { tag: undefined }),
        })
        expect(canonical(parseReference(familiar(reference)))).toBe(canonical(reference))
      }),
      runs(4),
    )
  })

  it('never becomes a path that leads elsewhere, or bytes that a terminal would obey', () => {
    fc.assert(
      fc.property(name, (text) => {
        const reference = orRefused(() => parseReference(text))
        if (!reference) return
        const path = `${reference.repository}/manifests/${reference.tag}`
        const url = orRefused(() => registryUrl(reference.registry, path))
        if (url) expect(url.pathname).toBe(`/v2/${path}`)
        // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
        expect(canonical(reference)).not.toMatch(/[\x00-\x20\x7f-\uffff]/)
      }),
      runs(4),
    )
  })

  it('takes no time that grows with its square', () => {
    for (const piece of ['a', 'a-', 'a.', 'a/', '_', ':', '@', 'a__a'])
      orRefused(() => parseReference(piece.repeat(50_000)))
  })
})

describe('a manifest or an index', () => {
  it('that is accepted has digests, sizes and types where they belong', () => {
    fc.assert(
      fc.property(
        document,
        fc.constantFrom(...mediaTypes.manifest, ...mediaTypes.index, 'text/html', ''),
        (json, type) => {
          const parsed = orRefused(() => parseDocument(bytes(json), type))
          if (!parsed) return
          const all =
            parsed.kind === 'index'
              ? parsed.index.manifests
              : [parsed.manifest.config, ...parsed.manifest.layers]
          for (const one of all) {
            expect(one.digest).toMatch(/^sha256:[0-9a-f]{64}$/)
            expect(Number.isSafeInteger(one.size) && one.size >= 0).toBe(true)
            expect(typeof one.mediaType).toBe('string')
          }
          if (parsed.kind === 'index') orRefused(() => choosePlatform(parsed.index.manifests, hostPlatform()))
        },
      ),
      runs(4),
    )
  })

  it('of any bytes is refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (some) => {
        expect(orRefused(() => parseDocument(some, mediaTypes.manifest[0]))).toBeUndefined()
      }),
      runs(),
    )
  })

  it('that is nested without end is refused before anyone walks through it', () => {
    for (const open of ['[', '{"a":', '[{"a":'])
      expect(() => parseDocument(Buffer.from(open.repeat(400_000)), mediaTypes.manifest[0])).toThrow(/nested/)
    expect(() => parseConfig(Buffer.from(`{"x":${'['.repeat(1e6)}${']'.repeat(1e6)}}`))).toThrow(/nested/)
  })
})

describe('an image config', () => {
  it('that is accepted has texts where texts belong', () => {
    fc.assert(
      fc.property(config, (json) => {
        const parsed = orRefused(() => parseConfig(bytes(json)))
        if (!parsed) return
        for (const id of parsed.rootfs.diff_ids) expect(id).toMatch(/^sha256:[0-9a-f]{64}$/)
        const { User, WorkingDir, StopSignal, Labels, Env, Cmd, Entrypoint } = parsed.config ?? {}
        for (const one of [User, WorkingDir, StopSignal, ...Object.values(Labels ?? {})])
          expect(one).toSatisfy(isNothingOr('string'))
        for (const one of [...(Env ?? []), ...(Cmd ?? []), ...(Entrypoint ?? [])])
          expect(typeof one).toBe('string')
      }),
      runs(4),
    )
  })

  it('changed in the words of a Dockerfile is still one', () => {
    const instruction = fc.constantFrom(
      ...'CMD ENTRYPOINT ENV EXPOSE LABEL STOPSIGNAL USER VOLUME WORKDIR RUN'.split(' '),
    )
    const rest = fc.oneof(
      fc.string(),
      fc.constantFrom('["a","b"]', '["a", 1]', 'A=b C="d e"', '80/tcp', '"', '\\', '[['),
    )
    const changes = fc.array(
      fc.tuple(instruction, rest).map((pair) => pair.join(' ')),
      { maxLength: 4 },
    )
    fc.assert(
      fc.property(changes, (lines) => {
        const changed = orRefused(() => applyChanges({}, lines))
        if (!changed || JSON.stringify(changed).includes('\\u0000')) return
        parseConfig(bytes({ os: 'linux', architecture: 'amd64', config: changed, rootfs: { diff_ids: [] } }))
      }),
      runs(4),
    )
  })
})

describe('other words of strangers', () => {
  it('a platform is read, or refused', () => {
    fc.assert(
      fc.property(name, (text) => {
        const platform = orRefused(() => parsePlatform(text))
        if (platform) expect(parsePlatform(platformText(platform))).toEqual(platform)
      }),
      runs(4),
    )
  })

  it('the challenge of a registry is read to its end', () => {
    const piece = fc.constantFrom(
      'Bearer ',
      'realm=',
      '"https://a/b"',
      ',',
      ' ',
      '"',
      '\\"',
      'Basic',
      'scope=x',
      '=',
    )
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string({ maxLength: 5 })), { maxLength: 12 }), (parts) => {
        for (const { scheme } of parseChallenges(parts.join(''))) expect(scheme).toBe(scheme.toLowerCase())
      }),
      runs(4),
    )
    parseChallenges('Bearer realm="'.repeat(10_000))
    parseChallenges(`Bearer realm="${'\\'.repeat(100_000)}`)
  })

  it('the file with the logins may hold anything', () => {
    const folder = mkdtempSync(join(tmpdir(), 'gocker-fuzz-'))
    const path = join(folder, 'config.json')
    const login = orAnything(
      fc.record({ auth: orAnything(fc.base64String()), identitytoken: orAnything(fc.string()) }),
    )
    const file = orAnything(
      fc.record({
        auths: orAnything(
          fc.dictionary(fc.constantFrom('localhost:5000', 'https://index.docker.io/v1/'), login),
        ),
        credHelpers: orAnything(fc.dictionary(fc.constant('localhost:5000'), orAnything(fc.string()))),
        credsStore: orAnything(fc.string()),
      }),
    )
    try {
      fc.assert(
        fc.property(file, (json) => {
          writeFileSync(path, JSON.stringify(json))
          for (const registry of ['localhost:5000', 'docker.io']) {
            const found = orRefused(() => credentialsFor(registry, path))
            if (found?.kind === 'login')
              expect([typeof found.username, typeof found.password]).toEqual(['string', 'string'])
          }
        }),
        runs(),
      )
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
