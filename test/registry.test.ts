// Images made by umoci, pushed by skopeo to docker-registry, pulled from there by us, and read again by skopeo.

import { execFile, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, beforeEach, describe, expect, it, type TestContext } from 'vitest'
import { type Image, openStore } from '../src/image/store.ts'
import {
  passwordAuth,
  type RunningRegistry,
  startDockerRegistry,
  startTokenServer,
} from './image/docker-registry.ts'

const home = mkdtempSync(join(tmpdir(), 'gocker-registry-'))
const root = join(home, 'root')
const store = openStore(root)
const programs = ['docker-registry', 'skopeo', 'umoci', 'openssl', 'htpasswd']
const missing = programs.filter((name) => spawnSync('sh', ['-c', `command -v ${name}`]).status !== 0)
let open: RunningRegistry

function run(command: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', cwd: home })
  expect(status, `${command} ${args.join(' ')}: ${stderr}`).toBe(0)
  return stdout
}

/** The real parts are there, and we are root: else skip, and say why. */
function need(ctx: TestContext): void {
  if (missing.length > 0) ctx.skip(`not installed: ${missing.join(', ')}`)
  if (process.geteuid?.() !== 0) ctx.skip('unpacking layers needs root')
}

beforeAll(async () => {
  if (missing.length > 0) return
  run('umoci', 'init', '--layout', 'oci')
  run('umoci', 'new', '--image', 'oci:1')
  for (const n of [1, 2, 3]) {
    mkdirSync(join(home, `files${n}`))
    writeFileSync(join(home, `files${n}/name`), `layer ${n}\n`)
    writeFileSync(join(home, `files${n}/only${n}`), 'x'.repeat(100_000 * n))
    run('tar', '-C', `files${n}`, '-cf', `${n}.tar`, '.')
    run('umoci', 'raw', 'add-layer', '--image', 'oci:1', `${n}.tar`)
  }
  run('umoci', 'config', '--image', 'oci:1', '--config.cmd', '/bin/true', '--config.env', 'A=b')
  open = await startDockerRegistry(home)
  run('skopeo', 'copy', '--dest-tls-verify=false', 'oci:oci:1', `docker://${open.host}/lib/x:1`)
  const asDocker = ['copy', '--format', 'v2s2', '--dest-tls-verify=false']
  run('skopeo', ...asDocker, 'oci:oci:1', `docker://${open.host}/lib/docker:1`)
})
afterAll(async () => {
  await open?.stop()
  rmSync(home, { recursive: true, force: true })
})

async function pull(name: string): Promise<{ image?: Image; error?: string; statuses: string[] }> {
  const script = join(import.meta.dirname, 'image/pull-one.ts')
  const env = { ...process.env, DOCKER_CONFIG: home }
  const { stdout } = await promisify(execFile)(process.execPath, [script, root, name], { env })
  return JSON.parse(stdout)
}

function login(host: string, username: string, password: string): void {
  const auth = Buffer.from(`${username}:${password}`).toString('base64')
  writeFileSync(join(home, 'config.json'), JSON.stringify({ auths: { [host]: { auth } } }))
}

describe('with docker-registry', () => {
  beforeEach(need)

  it.each(['lib/x', 'lib/docker'])('an image pushed by skopeo is pulled: %s', async (name) => {
    const { image, error } = await pull(`${open.host}/${name}:1`)
    expect(error).toBeUndefined()
    expect(image!.config.config).toMatchObject({ Cmd: ['/bin/true'], Env: expect.arrayContaining(['A=b']) })
    const names = image!.layers.map((layer) => readFileSync(join(store.layersDir, layer, 'name'), 'utf8'))
    expect(names).toEqual(['layer 3\n', 'layer 2\n', 'layer 1\n'])
  })

  it('skopeo says the same about our copy as about the registry', async () => {
    const { image } = await pull(`${open.host}/lib/x:1`)
    const there = JSON.parse(run('skopeo', 'inspect', '--tls-verify=false', `docker://${open.host}/lib/x:1`))
    const here = JSON.parse(run('skopeo', 'inspect', `oci:${store.imagesDir}:${image!.reference}`))
    for (const key of ['Digest', 'Created', 'Architecture', 'Os', 'Layers', 'Env'])
      expect(here[key]).toEqual(there[key])
    // copying checks every digest
    run('skopeo', 'copy', `oci:${store.imagesDir}:${image!.reference}`, 'dir:copy')
  })

  it('a second pull finds that nothing is newer', async () => {
    await pull(`${open.host}/lib/x:1`)
    expect((await pull(`${open.host}/lib/x:1`)).statuses).toEqual(['up to date'])
  })

  it('a tag that moved leaves the old image without a name', async () => {
    const { image } = await pull(`${open.host}/lib/x:1`)
    run('umoci', 'config', '--image', 'oci:1', '--tag', '2', '--config.cmd', '/bin/false')
    run('skopeo', 'copy', '--dest-tls-verify=false', 'oci:oci:2', `docker://${open.host}/lib/x:1`)
    const moved = await pull(`${open.host}/lib/x:1`)
    expect(moved.image!.id).not.toBe(image!.id)
    expect(store.find(image!.id)?.layers).toEqual(image!.layers)
    expect(
      store
        .list()
        .filter(({ id }) => id === image!.id)
        .map(({ reference }) => reference),
    ).not.toContain(moved.image!.reference)
  })

  it.each([
    ['lib/x:nope', /^manifest for .*\/lib\/x:nope not found: manifest unknown: manifest unknown$/],
    ['lib/none', /^repository .*\/lib\/none not found: name unknown: |^manifest for .* not found: /],
  ])('%s is not there, in words', async (name, message) => {
    expect((await pull(`${open.host}/${name}`)).error).toMatch(message)
  })

  it('a login with a password opens what is closed without', async () => {
    const closed = await startDockerRegistry(home, passwordAuth(home, 'anna', 'secret'))
    try {
      expect((await pull(`${closed.host}/lib/x:1`)).error).toMatch(/^pull access denied for .*\/lib\/x, /)
      login(closed.host, 'anna', 'wrong')
      expect((await pull(`${closed.host}/lib/x:1`)).error).toMatch(
        /^pull access denied for .*it was not enough/s,
      )
      login(closed.host, 'anna', 'secret')
      expect((await pull(`${closed.host}/lib/x:1`)).error).toBeUndefined()
    } finally {
      await closed.stop()
    }
  })

  it('a token from its token server opens it, and the login goes there', async () => {
    const tokens = await startTokenServer(home)
    const closed = await startDockerRegistry(home, tokens.auth)
    try {
      login(closed.host, 'anna', 'secret')
      expect((await pull(`${closed.host}/lib/x:1`)).error).toBeUndefined()
      expect(tokens.asked).toEqual([`Basic ${Buffer.from('anna:secret').toString('base64')}`])
    } finally {
      await closed.stop()
      await tokens.stop()
    }
  })
})
