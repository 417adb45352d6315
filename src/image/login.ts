// Logging in to a registry: a name and a password are tried at its front door before they are kept. A login is kept as
// `docker login` keeps it, in ~/.docker/config.json, mode 0600, so that Docker, skopeo and Podman find it, too; `removeLogin`
// takes it out again. The password lies there in base64, which hides nothing. Programs that keep passwords elsewhere
// (credential helpers) are not run.
// Source: docker/cli, config/configfile; OCI distribution specification, "Determining Support"

import { chmodSync, existsSync, mkdirSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { answerTo } from './authorization.ts'
import { type ConfigFile, type Credentials, configPath, hostOf, readConfig } from './credentials.ts'
import { type HttpOptions, retrying, send } from './http.ts'
import { registryUrl } from './registry-url.ts'

/** Docker Hub has a key of its own, from the days of the first registry. */
const hubKey = 'https://index.docker.io/v1/'

/**
 * Ask the registry whether it takes this login.
 * @param registry `docker.io`, `localhost:5000`
 * @throws Error in Docker's words if it does not
 */
export async function tryLogin(
  registry: string,
  credentials: Credentials,
  options: HttpOptions = {},
): Promise<void> {
  const url = registryUrl(registry, '')
  const knock = (authorization?: string) =>
    retrying(options, async () => {
      const answer = await send(url, { authorization }, options)
      await answer.discard()
      return answer
    })
  const first = await knock()
  const challenge = first.headers.get('www-authenticate')
  if (first.status === 401 && challenge !== null && first.origin === url.origin) {
    // a token server gives anybody a token for nothing: that the registry takes it says who we are
    const authorization = await answerTo(url, challenge, '', credentials, options)
    const second = authorization === undefined ? undefined : await knock(authorization)
    if (second?.status === 200) return
    if (second === undefined || second.status === 401 || second.status === 403)
      throw new Error(`login attempt to ${url} failed: unauthorized: incorrect username or password`)
    throw new Error(`login attempt to ${url} failed with status: ${second.status}`)
  }
  if (first.status !== 200) throw new Error(`login attempt to ${url} failed with status: ${first.status}`)
}

/** Keep a login. What else the file says stays. */
export function saveLogin(
  registry: string,
  { username, password }: { readonly username: string; readonly password: string },
  path = configPath(),
): void {
  const auth = Buffer.from(`${username}:${password}`).toString('base64')
  change(path, (config) => ({
    ...config,
    auths: { ...without(config.auths, registry), [keyOf(registry)]: { auth } },
  }))
}

/** @returns whether there was one */
export function removeLogin(registry: string, path = configPath()): boolean {
  const { auths = {} } = readConfig(path)
  if (!Object.keys(auths).some((key) => hostOf(key) === registry)) return false
  change(path, (config) => ({ ...config, auths: without(config.auths, registry) }))
  return true
}

function keyOf(registry: string): string {
  return registry === 'docker.io' ? hubKey : registry
}

/** All ways to write the registry are the same one. */
function without(auths: ConfigFile['auths'] = {}, registry: string): NonNullable<ConfigFile['auths']> {
  return Object.fromEntries(Object.entries(auths).filter(([key]) => hostOf(key) !== registry))
}

/** The new file is there as a whole or not at all, and from its first moment for its owner alone. */
function change(path: string, work: (config: ConfigFile) => ConfigFile): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  // people keep it elsewhere and link to it
  const place = existsSync(path) ? realpathSync(path) : path
  const text = JSON.stringify(work(readConfig(place)), null, '\t')
  const temporary = `${place}.${process.pid}`
  try {
    writeFileSync(temporary, text, { mode: 0o600, flag: 'wx' })
    chmodSync(temporary, 0o600)
    renameSync(temporary, place)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}
