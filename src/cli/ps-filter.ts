// gocker ps --filter: which containers are meant.

import { exitCodeOf, type State, status } from '../container/state.ts'
import { UserError } from '../container/user-error.ts'
import { filtersOf } from './filter.ts'
import { hasLabel } from './label.ts'
import { portBindings, published } from './port-columns.ts'
import { portFilter } from './port-filter.ts'

const statuses = ['created', 'restarting', 'running', 'removing', 'paused', 'exited', 'dead']

/** Filters that ask for what does not run: with them all containers are looked at. */
export function asksForAll(texts: readonly string[]): boolean {
  return texts.some((text) => /^\s*(status|exited)\s*=/i.test(text))
}

/**
 * @param all every container, the newest first: `before` and `since` name one of them
 * @throws UserError in Docker's words
 */
export function containerFilter(texts: readonly string[], all: readonly State[]): (state: State) => boolean {
  const named = (value: string) => {
    const found = all.find(({ id, name }) => name === value || id.startsWith(value))
    if (!found) throw new UserError(`no such container ${value}`)
    return found
  }
  return filtersOf<State>(texts, {
    id:
      (value) =>
      ({ id }) =>
        id.startsWith(value),
    name: (value) => {
      const pattern = expression(value)
      return ({ name }) => pattern.test(name) || pattern.test(`/${name}`)
    },
    label:
      (value) =>
      ({ options }) =>
        hasLabel(options.labels ?? {}, value),
    status: (value) => {
      if (!statuses.includes(value)) throw new UserError(`invalid filter 'status=${value}'`)
      return (state) => status(state) === value
    },
    exited: (value) => {
      if (!/^-?\d+$/.test(value))
        throw new UserError(`strconv.Atoi: parsing ${JSON.stringify(value)}: invalid syntax`)
      return (state) => status(state) === 'exited' && exitCodeOf(state) === Number(value)
    },
    health:
      (value) =>
      ({ health }) =>
        (health?.status ?? 'none') === value,
    ancestor: (value) => (state) => isOf(state, value),
    volume:
      (value) =>
      ({ mounts = [] }) =>
        mounts.some(({ name, source, destination }) => [name, source, destination].includes(value)),
    network:
      (value) =>
      ({ network }) =>
        network.mode === value ||
        network.networks.some(({ name, id }) => name === value || id.startsWith(value)),
    publish: (value) => {
      const fits = portFilter('publish', value)
      return (state) => published(state).some(({ hostPort, protocol }) => fits(hostPort, protocol))
    },
    expose: (value) => {
      const fits = portFilter('expose', value)
      return (state) =>
        [...(state.exposed ?? []), ...Object.keys(portBindings(state))].some((port) =>
          fits(Number.parseInt(port, 10), port.split('/')[1]!),
        )
    },
    // of a service of a swarm
    'is-task': (value) => () => value === 'false' || value === '0',
    before: (value) => {
      const { created } = named(value)
      return (state) => state.created < created
    },
    since: (value) => {
      const { created } = named(value)
      return (state) => state.created > created
    },
  })
}

function expression(text: string): RegExp {
  try {
    return new RegExp(text)
  } catch {
    throw new UserError(`invalid filter 'name=${text}'`)
  }
}

function isOf({ image, imageId }: State, wanted: string): boolean {
  const withTag = (name: string) => (/[:@][^/]+$/.test(name) ? name : `${name}:latest`)
  const id = imageId.replace('sha256:', '')
  return (
    withTag(image) === withTag(wanted) ||
    imageId === wanted ||
    (/^[0-9a-f]{4,}$/.test(wanted) && id.startsWith(wanted))
  )
}
