// Changes to an image's config in the words of a Dockerfile: `--change 'CMD ["sh"]'` of import and commit. Pure.
// Source: docs.docker.com/reference/dockerfile; which instructions may be used: docs.docker.com/reference/cli/docker/container/commit

import type { ProcessConfig } from './manifest.ts'

const known = 'CMD ENTRYPOINT ENV EXPOSE LABEL STOPSIGNAL USER VOLUME WORKDIR'.split(' ')

/** @throws Error for an instruction that is not known, or makes no sense */
export function applyChanges(config: ProcessConfig, texts: readonly string[]): ProcessConfig {
  const hasCommand = texts.some((text) => /^\s*cmd\s/i.test(text))
  return texts.reduce((before, text) => {
    const after = applyChange(before, text)
    // a new entrypoint gives the image's own arguments another meaning
    const isStale = /^\s*entrypoint\s/i.test(text) && !hasCommand
    return isStale ? { ...after, Cmd: undefined } : after
  }, config)
}

function applyChange(config: ProcessConfig, text: string): ProcessConfig {
  const [, word = '', rest = ''] = /^\s*(\S+)\s*(.*?)\s*$/s.exec(text) ?? []
  const instruction = word.toUpperCase()
  if (!known.includes(instruction)) throw new Error(`${word || text} is not a valid change command`)
  if (rest === '') throw new Error(`${instruction} requires at least one argument`)
  switch (instruction) {
    case 'CMD':
      return { ...config, Cmd: commandLine(rest) }
    case 'ENTRYPOINT':
      return { ...config, Entrypoint: commandLine(rest) }
    case 'ENV':
      return { ...config, Env: withVariables(config.Env ?? [], pairs(rest, instruction)) }
    case 'LABEL':
      return { ...config, Labels: { ...config.Labels, ...Object.fromEntries(pairs(rest, instruction)) } }
    case 'EXPOSE':
      return { ...config, ExposedPorts: { ...config.ExposedPorts, ...keys(rest.split(/\s+/).map(port)) } }
    case 'VOLUME':
      return { ...config, Volumes: { ...config.Volumes, ...keys(list(rest) ?? rest.split(/\s+/)) } }
    case 'WORKDIR':
      return { ...config, WorkingDir: directory(config.WorkingDir, rest) }
    case 'USER':
      return { ...config, User: rest }
    default:
      return { ...config, StopSignal: rest }
  }
}

/** `["a", "b"]`, or a line for the shell. */
function commandLine(text: string): string[] {
  return list(text) ?? ['/bin/sh', '-c', text]
}

function list(text: string): string[] | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return Array.isArray(value) && value.every((one) => typeof one === 'string') ? value : undefined
  } catch {
    return undefined
  }
}

/** `A=b C="d e"`; the older `A b c` is one pair. */
function pairs(text: string, instruction: string): [string, string][] {
  const words = text.match(/(?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')+/gs) ?? []
  if (!words[0]?.includes('=')) {
    const [, key, value] = /^(\S+)\s+(.*)$/s.exec(text) ?? []
    if (key === undefined) throw new Error(`${instruction} must have two arguments`)
    return [[key, value!]]
  }
  return words.map((word) => {
    const at = word.indexOf('=')
    if (at <= 0)
      throw new Error(
        `Syntax error - can't find = in ${JSON.stringify(word)}. Must be of the form: name=value`,
      )
    return [unquoted(word.slice(0, at)), unquoted(word.slice(at + 1))]
  })
}

function unquoted(text: string): string {
  return text.replace(/"((?:[^"\\]|\\.)*)"|'([^']*)'|\\(.)/gs, (_, double, single, escaped) =>
    double !== undefined ? double.replace(/\\(["\\$])/g, '$1') : (single ?? escaped),
  )
}

function withVariables(env: readonly string[], added: readonly [string, string][]): string[] {
  const all = new Map(env.map((text) => [text.split('=', 1)[0]!, text]))
  for (const [key, value] of added) all.set(key, `${key}=${value}`)
  return [...all.values()]
}

function keys(names: readonly string[]): Record<string, object> {
  return Object.fromEntries(names.map((name) => [name, {}]))
}

function port(text: string): string {
  if (!/^\d{1,5}(-\d{1,5})?(\/(tcp|udp|sctp))?$/i.test(text))
    throw new Error(`Invalid containerPort: ${text}`)
  return text.includes('/') ? text.toLowerCase() : `${text}/tcp`
}

function directory(before: string | undefined, text: string): string {
  const path = text.startsWith('/') ? text : `${before || ''}/${text}`
  return path.length > 1 ? path.replace(/\/+$/, '') : path
}
