// -v, --mount and --volumes-from: from words to requests, by Docker's rules.

import { resolve } from 'node:path'
import type { MountRequest } from '../container/mount-request.ts'
import { bytes } from '../container/units.ts'
import { ENGINE_FAILED, UserError } from '../container/user-error.ts'
import { checkVolumeName } from '../container/volumes.ts'

const propagations = ['private', 'rprivate', 'shared', 'rshared', 'slave', 'rslave']
/** They mean something on other systems, and may be said here. */
const ignored = ['z', 'Z', 'consistent', 'cached', 'delegated', 'default', 'rw']

/**
 * `-v [source:]target[:options]`.
 * @throws UserError in Docker's words
 */
export function volumeFlag(text: string): MountRequest {
  const parts = text.split(':')
  const [source, target, words = '', ...rest] = parts.length === 1 ? [undefined, parts[0]!] : parts
  if (rest.length > 0 || target === undefined || target === '' || source === '')
    throw new UserError(`invalid volume specification: '${text}'`, ENGINE_FAILED)
  const options = words === '' ? [] : words.split(',')
  const known = [...propagations, ...ignored, 'ro', 'nocopy']
  const unknown = options.find((option) => !known.includes(option))
  if (unknown !== undefined) throw new UserError(`invalid mode: ${words}`, ENGINE_FAILED)
  const readOnly = options.includes('ro')
  if (source === undefined) return { type: 'volume', target, readOnly, noCopy: false }
  if (isPath(source)) {
    const propagation = options.find((option) => propagations.includes(option))
    const bind = [resolve(source), ...parts.slice(1)].join(':')
    return { type: 'bind', source: resolve(source), target, readOnly, propagation, makesSource: true, bind }
  }
  checkVolumeName(source)
  return { type: 'volume', name: source, target, readOnly, noCopy: options.includes('nocopy'), bind: text }
}

const isPath = (source: string) => source.startsWith('/') || source === '.' || /^\.{1,2}\//.test(source)

/**
 * `--mount type=bind,source=/srv,target=/data,readonly`.
 * @throws UserError in Docker's words
 */
export function mountFlag(text: string): MountRequest {
  const fields = new Map<string, string>()
  for (const part of text.split(',')) {
    const at = part.indexOf('=')
    const key = (at === -1 ? part : part.slice(0, at)).toLowerCase()
    const value = at === -1 ? 'true' : part.slice(at + 1)
    const name = Object.hasOwn(names, key) ? names[key] : undefined
    if (name === undefined)
      throw new UserError(
        `invalid argument "${text}" for "--mount" flag: unknown option '${key}' in '${part}'`,
        ENGINE_FAILED,
      )
    if (at === -1 && !switches.includes(name))
      throw new UserError(
        `invalid argument "${text}" for "--mount" flag: invalid field '${part}' must be a key=value pair`,
        ENGINE_FAILED,
      )
    fields.set(name, value)
  }
  const target = fields.get('target')
  if (target === undefined || target === '')
    throw new UserError(`invalid argument "${text}" for "--mount" flag: target is required`, ENGINE_FAILED)
  return requestOf(text, fields, target)
}

const names: Readonly<Record<string, string>> = {
  type: 'type',
  source: 'source',
  src: 'source',
  target: 'target',
  dst: 'target',
  destination: 'target',
  readonly: 'readonly',
  ro: 'readonly',
  'bind-propagation': 'bind-propagation',
  'bind-nonrecursive': 'bind-nonrecursive',
  'bind-recursive': 'bind-recursive',
  consistency: 'consistency',
  'volume-nocopy': 'volume-nocopy',
  'volume-driver': 'volume-driver',
  'volume-label': 'volume-label',
  'tmpfs-size': 'tmpfs-size',
  'tmpfs-mode': 'tmpfs-mode',
}
const switches = ['readonly', 'volume-nocopy', 'bind-nonrecursive']

function requestOf(text: string, fields: ReadonlyMap<string, string>, target: string): MountRequest {
  const isSet = (name: string) => fields.has(name) && !['false', '0'].includes(fields.get(name)!)
  const readOnly = isSet('readonly')
  const source = fields.get('source')
  const type = fields.get('type') ?? 'volume'
  switch (type) {
    case 'bind': {
      if (source === undefined)
        throw new UserError(
          `invalid mount config for type "bind": field Source must not be empty`,
          ENGINE_FAILED,
        )
      const propagation = fields.get('bind-propagation')
      if (propagation !== undefined && !propagations.includes(propagation))
        throw new UserError(
          `invalid mount config for type "bind": invalid propagation mode: ${propagation}`,
          ENGINE_FAILED,
        )
      const nonRecursive = isSet('bind-nonrecursive') || fields.get('bind-recursive') === 'disabled'
      return {
        type,
        source: resolve(source),
        target,
        readOnly,
        propagation,
        makesSource: false,
        nonRecursive,
      }
    }
    case 'volume': {
      if (source !== undefined && source !== '') checkVolumeName(source)
      return { type, name: source || undefined, target, readOnly, noCopy: isSet('volume-nocopy') }
    }
    case 'tmpfs': {
      if (source !== undefined)
        throw new UserError(
          `invalid mount config for type "tmpfs": field Source must not be specified`,
          ENGINE_FAILED,
        )
      const size = fields.get('tmpfs-size')
      const mode = fields.get('tmpfs-mode')
      const options = [
        ...(size === undefined ? [] : [`size=${bytes(size)}`]),
        ...(mode === undefined ? [] : [`mode=${mode}`]),
      ]
      return { type, target, readOnly, options }
    }
    default:
      throw new UserError(
        `invalid argument "${text}" for "--mount" flag: mount type unknown: "${type}"\nThere are bind, volume and tmpfs.`,
        ENGINE_FAILED,
      )
  }
}

/** `--volumes-from NAME[:ro]`. */
export function volumesFromFlag(text: string): { readonly container: string; readonly readOnly?: boolean } {
  const [container = '', mode] = text.split(':')
  if (mode !== undefined && mode !== 'ro' && mode !== 'rw')
    throw new UserError(`invalid mode: ${mode}`, ENGINE_FAILED)
  return mode === undefined ? { container } : { container, readOnly: mode === 'ro' }
}
