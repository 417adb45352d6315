import { expect, it } from 'vitest'
import { asRoot } from '../../../kit.ts'

const facts = asRoot<{
  readonly users: readonly number[]
  readonly inGroups: readonly number[]
  readonly furtherGroups: readonly number[]
  readonly bounding: readonly string[]
  readonly permitted: readonly string[]
  readonly effective: readonly string[]
  readonly noNewPrivileges: boolean
}>(import.meta.url)

it('the server is user 1979', async (test) => {
  const { users } = await facts(test)
  expect(users, 'real, effective, saved and file system user').toEqual([1979, 1979, 1979, 1979])
})

it('in group 1980, and in none of ours', async (test) => {
  const { inGroups, furtherGroups } = await facts(test)
  expect(inGroups, 'real, effective, saved and file system group').toEqual([1980, 1980, 1980, 1980])
  const ours = furtherGroups.filter((group) => group !== 1980)
  expect(ours, 'groups that it still has from the one who started it').toEqual([])
})

it('it may open port 80, after two programs', async (test) => {
  const { effective, permitted } = await facts(test)
  expect(permitted, 'what is permitted to it').toContain('CAP_NET_BIND_SERVICE')
  expect(effective, 'what is in effect').toContain('CAP_NET_BIND_SERVICE')
})

it('and nothing else', async (test) => {
  const { effective, permitted } = await facts(test)
  const more = [...effective, ...permitted].filter((name) => name !== 'CAP_NET_BIND_SERVICE')
  expect(more, 'rights that it has besides').toEqual([])
})

it('no program can bring it more', async (test) => {
  const { bounding, noNewPrivileges } = await facts(test)
  expect(
    bounding.filter((name) => name !== 'CAP_NET_BIND_SERVICE'),
    'what is still in the bounding set',
  ).toEqual([])
  expect(noNewPrivileges, 'a setuid program could still make root of it: no_new_privs is not set').toBe(true)
})
