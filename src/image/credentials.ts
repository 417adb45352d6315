// Who we are to a registry: what `docker login` left in ~/.docker/config.json. It is read here, and written by login.ts.
// Source: docs.docker.com/reference/cli/docker/login, and docker/cli's config/configfile.

import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { text as aText, mapOf, record } from './shape.ts'

export type Credentials =
  | { readonly kind: 'login'; readonly username: string; readonly password: string }
  /** a token that the registry's token server changes into others */
  | { readonly kind: 'identity'; readonly token: string }
  /** kept by a program, `docker-credential-…`: no program is run here, so they are out of reach */
  | { readonly kind: 'helper'; readonly program: string }
  | { readonly kind: 'none' }

export interface ConfigFile {
  readonly auths?: Readonly<Record<string, Auth>>
  readonly credHelpers?: Readonly<Record<string, string>>
  readonly credsStore?: string
}

interface Auth {
  readonly auth?: string
  readonly username?: string
  readonly password?: string
  readonly identitytoken?: string
}

const check = record({
  auths: mapOf(record({ auth: aText, username: aText, password: aText, identitytoken: aText })),
  credHelpers: mapOf(aText),
  credsStore: aText,
})

/** Where Docker keeps logins: `DOCKER_CONFIG` names the directory, else `~/.docker`. */
export function configPath(): string {
  return `${process.env.DOCKER_CONFIG || `${homedir()}/.docker`}/config.json`
}

/**
 * The login for a registry, as `docker.io` or `localhost:5000`.
 * @throws Error if the file is there but cannot be read
 */
export function credentialsFor(registry: string, path: string = configPath()): Credentials {
  const config = readConfig(path)
  const entries = Object.entries(config.auths ?? {})
  const auth = entries.find(([key]) => hostOf(key) === registry)?.[1] ?? {}
  if (auth.identitytoken) return { kind: 'identity', token: auth.identitytoken }
  const [username, password] = decode(auth)
  if (username && password) {
    // Docker's own spelling of an identity token inside `auth`
    return username === '<token>'
      ? { kind: 'identity', token: password }
      : { kind: 'login', username, password }
  }
  const helper =
    Object.entries(config.credHelpers ?? {}).find(([key]) => hostOf(key) === registry)?.[1] ??
    config.credsStore
  return helper ? { kind: 'helper', program: `docker-credential-${helper}` } : { kind: 'none' }
}

/** A value for the header `Authorization`. RFC 7617 */
export function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
}

function decode({ auth, username, password }: Auth): [username?: string, password?: string] {
  if (!auth) return [username, password]
  const text = Buffer.from(auth, 'base64').toString()
  const colon = text.indexOf(':')
  return colon < 0 ? [] : [text.slice(0, colon), text.slice(colon + 1)]
}

/** Keys are hosts, and sometimes addresses: Docker Hub's is `https://index.docker.io/v1/`. */
export function hostOf(key: string): string {
  const host = key.replace(/^https?:\/\//, '').split('/', 1)[0]!
  return host === 'index.docker.io' || host === 'registry-1.docker.io' ? 'docker.io' : host
}

/** @throws Error if the file is there but cannot be read */
export function readConfig(path: string): ConfigFile {
  let text: string
  let json: unknown
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return {}
    throw error
  }
  try {
    json = JSON.parse(text)
  } catch {
    throw new Error(`${path} is not JSON.\nIt keeps logins for registries; repair or remove it.`)
  }
  const wrong = check(json)
  if (wrong) throw new Error(`${path} ${wrong}.\nIt keeps logins for registries; repair or remove it.`)
  return json as ConfigFile
}

/** The registry that a person means by `https://registry.example.com/`, `localhost:5000`, or nothing: Docker Hub. */
export function registryOf(server: string | undefined): string {
  return server === undefined || server === '' ? 'docker.io' : hostOf(server)
}
