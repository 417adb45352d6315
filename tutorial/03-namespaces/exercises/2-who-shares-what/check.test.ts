import { expect, it } from 'vitest'
import { flagNames } from '../../../../src/syscall/flags.ts'
import { apart, containers, flagsToJoin, type Links } from './exercise.ts'

const files = ['cgroup', 'ipc', 'mnt', 'net', 'pid', 'pid_for_children', 'time', 'time_for_children']
const numbered = (files: readonly string[], first: number): Links =>
  Object.fromEntries(files.map((file, i) => [file, `${file.replace(/_.*/, '')}:[${first + i}]`]))

const host: Links = {
  ...numbered([...files, 'user', 'uts'], 4026531830),
  pid_for_children: 'pid:[4026531834]',
}
const alice: Links = {
  ...host,
  ...numbered(['mnt', 'net', 'pid', 'uts', 'ipc'], 4026532100),
  pid_for_children: 'pid:[4026532102]',
}
const bob: Links = {
  ...host,
  ...numbered(['mnt', 'net', 'pid', 'uts', 'ipc'], 4026532200),
  pid_for_children: 'pid:[4026532202]',
}
/** A second container in Alice’s pod: mounts and processes of its own, the rest is hers. */
const sidecar: Links = {
  ...alice,
  ...numbered(['mnt', 'pid'], 4026532300),
  pid_for_children: 'pid:[4026532301]',
}
const sorted = (kinds: readonly string[]) => [...kinds].sort()
const names = (flags: number) => flagNames('CLONE_', flags).split('|').sort()

it('processes with the same links are not apart', () => {
  expect(apart(host, { ...host }), 'two processes of the host').toEqual([])
  expect(apart(alice, { ...alice }), 'two processes of Alice’s container').toEqual([])
})

it('the kinds that differ are found, by the names of the specification', () => {
  expect(sorted(apart(host, alice)), 'Alice’s container has five namespaces of its own').toEqual(
    sorted(['mount', 'network', 'pid', 'uts', 'ipc']),
  )
  expect(sorted(apart(alice, sidecar)), 'a pod shares network, name and queues').toEqual(['mount', 'pid'])
})

it('where children will be born is no kind of namespace', () => {
  const engine = { ...host, pid_for_children: alice.pid! }
  expect(
    apart(host, engine),
    'the engine is about to start a child for Alice, and is itself on the host',
  ).toEqual([])
})

it('a kind that the kernel does not have is shared by all', () => {
  const { time, time_for_children, ...old } = host
  const { time: t, time_for_children: c, ...oldAlice } = alice
  expect(apart(old, oldAlice), 'there is no file time in Linux before 5.6').not.toContain('time')
})

it('the flags to join are those of the kinds that differ', () => {
  const userOfHerOwn = { ...host, user: 'user:[4026532400]', cgroup: 'cgroup:[4026532401]' }
  expect(names(flagsToJoin(host, userOfHerOwn)), 'cgroup and user namespace differ').toEqual([
    'CLONE_NEWCGROUP',
    'CLONE_NEWUSER',
  ])
  expect(flagsToJoin(alice, { ...alice }), 'she is there already, so there is no flag').toBe(0)
})

it('only children can enter a PID namespace', () => {
  expect(names(flagsToJoin(host, bob)), 'setns leaves the process in its own PID namespace').not.toContain(
    'CLONE_NEWPID',
  )
  expect(names(flagsToJoin(host, bob)), 'all others can be entered').toEqual([
    'CLONE_NEWIPC',
    'CLONE_NEWNET',
    'CLONE_NEWNS',
    'CLONE_NEWUTS',
  ])
})

it('processes that share everything make a group', () => {
  const processes = new Map([
    [1, host],
    [701, alice],
    [702, { ...alice }],
    [640, { ...host }],
    [810, bob],
    [750, sidecar],
  ])
  const found = containers(processes).map((group) => [...group].sort((a, b) => a - b))
  expect(found, 'the host, Alice’s container, the one beside it in her pod, and Bob’s').toHaveLength(4)
  for (const group of [[1, 640], [701, 702], [750], [810]])
    expect(found, `the processes ${group.join(' and ')} are a group`).toContainEqual(group)
  expect(containers(new Map()), 'no processes, no groups').toEqual([])
})
