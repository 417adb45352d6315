import { expect, it } from 'vitest'
import { capabilityMask, defaultCapabilities, namesOf } from '../../../../src/security/capabilities.ts'
import { afterExecve, type File, type Process } from './exercise.ts'

const set = (...names: string[]) => capabilityMask(names.map((name) => `CAP_${name}`))
const docker = capabilityMask(defaultCapabilities)
const bind = set('NET_BIND_SERVICE')

const nobody: Process = {
  uid: 1979,
  noNewPrivileges: false,
  bounding: docker,
  permitted: 0n,
  effective: 0n,
  inheritable: 0n,
  ambient: 0n,
}
const root: Process = { ...nobody, uid: 0, permitted: docker, effective: docker }
const plain: File = { permitted: 0n, inheritable: 0n, effective: false, setuidRoot: false }
const sudo: File = { ...plain, setuidRoot: true }
/** As `setcap cap_net_raw+ep ping` makes it. */
const ping: File = { ...plain, permitted: set('NET_RAW'), effective: true }

const rights = (process: Process, file: File) => namesOf(afterExecve(process, file).effective)
const permitted = (process: Process, file: File) => namesOf(afterExecve(process, file).permitted)

it('a user who has nothing gets nothing from an ordinary program', () => {
  expect(rights(nobody, plain), 'in effect').toEqual([])
  expect(permitted(nobody, plain), 'permitted').toEqual([])
})

it('a user loses what was only permitted and effective', () => {
  const alice = { ...nobody, permitted: bind, effective: bind }
  expect(rights(alice, plain), 'execve keeps neither of the two').toEqual([])
})

it('what is ambient is kept', () => {
  const alice = { ...nobody, permitted: bind, effective: bind, inheritable: bind, ambient: bind }
  expect(rights(alice, plain), 'in effect').toEqual(['CAP_NET_BIND_SERVICE'])
  expect(permitted(alice, plain), 'permitted').toEqual(['CAP_NET_BIND_SERVICE'])
  expect(namesOf(afterExecve(alice, plain).ambient), 'and still ambient, for the one after').toEqual([
    'CAP_NET_BIND_SERVICE',
  ])
})

it('but not by a program that is privileged itself', () => {
  const alice = { ...nobody, permitted: bind, effective: bind, inheritable: bind, ambient: bind }
  expect(rights(alice, ping), 'a file with capabilities ends what is ambient').toEqual(['CAP_NET_RAW'])
  expect(namesOf(afterExecve(alice, ping).ambient), 'nothing is ambient any more').toEqual([])
})

it('a file can bring capabilities, within the bounding set', () => {
  expect(rights(nobody, ping), 'ping brings one').toEqual(['CAP_NET_RAW'])
  const tool: File = { ...plain, permitted: set('NET_RAW', 'SYS_ADMIN') }
  expect(permitted(nobody, tool), 'SYS_ADMIN is not in the bounding set').toEqual(['CAP_NET_RAW'])
  expect(rights(nobody, tool), 'without the bit, the program has to ask for it first').toEqual([])
})

it('the inheritable sets have to agree', () => {
  const server: File = { ...plain, inheritable: bind, effective: true }
  expect(rights(nobody, server), 'the process has it not').toEqual([])
  expect(rights({ ...nobody, inheritable: bind }, server), 'both have it').toEqual(['CAP_NET_BIND_SERVICE'])
  expect(rights({ ...nobody, inheritable: bind }, plain), 'the file has it not').toEqual([])
})

it('root gets whatever is in the bounding set', () => {
  expect(rights(root, plain), 'Docker’s fourteen').toHaveLength(14)
  const humble = { ...root, permitted: 0n, effective: 0n }
  expect(
    rights(humble, plain),
    'root has laid its rights down, and the next program has them again',
  ).toHaveLength(14)
  expect(rights({ ...root, bounding: bind }, plain), 'from one in the bounding set').toEqual([
    'CAP_NET_BIND_SERVICE',
  ])
})

it('a setuid program makes root of anyone', () => {
  expect(rights(nobody, sudo), 'all that is in the bounding set').toHaveLength(14)
  expect(rights({ ...nobody, bounding: 0n }, sudo), 'with an empty bounding set, root has no rights').toEqual(
    [],
  )
})

it('with no_new_privs, nothing is gained', () => {
  const careful = { ...nobody, noNewPrivileges: true }
  expect(rights(careful, sudo), 'the setuid bit does nothing').toEqual([])
  expect(rights(careful, ping), 'nor do the file’s capabilities').toEqual([])
  expect(rights({ ...root, noNewPrivileges: true }, plain), 'root keeps what it has').toHaveLength(14)
  const humble = { ...root, noNewPrivileges: true, permitted: bind, effective: bind }
  expect(rights(humble, plain), 'but what root has laid down does not come back').toEqual([
    'CAP_NET_BIND_SERVICE',
  ])
  const alice = { ...careful, permitted: bind, effective: bind, inheritable: bind, ambient: bind }
  expect(rights(alice, plain), 'what is ambient was permitted before').toEqual(['CAP_NET_BIND_SERVICE'])
})

it('a program that would have less than its file promises is not started', () => {
  const without = { ...nobody, bounding: docker & ~set('NET_RAW') }
  expect(() => afterExecve(without, ping), 'ping in a container started with --cap-drop NET_RAW').toThrow(/./)
  const asks: File = { ...ping, effective: false }
  expect(permitted(without, asks), 'one without the bit looks for itself, so it is started').toEqual([])
})

it('inheritable and bounding stay as they are', () => {
  for (const file of [plain, sudo, ping]) {
    const after = afterExecve({ ...nobody, inheritable: bind }, file)
    expect(namesOf(after.inheritable), 'inheritable').toEqual(['CAP_NET_BIND_SERVICE'])
    expect(namesOf(after.bounding), 'bounding').toEqual(namesOf(docker))
  }
})
