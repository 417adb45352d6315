import { expect, it } from 'vitest'
import { assumed } from '../../../../src/cgroup/hierarchy.ts'
import { specOf } from '../../../../src/container/make-spec.fixture.ts'
import { plan } from '../../../../src/container/plan.ts'
import * as C from '../../../../src/syscall/constants.ts'
import { chdir, mount } from '../../../../src/syscall/mount.ts'
import { execve, prctl, unshare } from '../../../../src/syscall/process.ts'
import { named, plainValue, type Syscall } from '../../../../src/syscall/syscall.ts'
import { faultsOf } from './exercise.ts'

const host = ['/containers/x', '/layers']

/** The real list of a container’s process, for these options. */
function listOf(options: Parameters<typeof specOf>[0] = {}): Syscall[] {
  const spec = specOf(options)
  const overlay = {
    layersDir: '/layers',
    layers: ['top', 'bottom'],
    upper: '/containers/x/upper',
    work: '/containers/x/work',
    target: '/containers/x/merged',
  }
  const terminal = named('<terminal>')
  const handles = {
    netns: named('<network>'),
    binds: new Map(['resolv.conf', 'hostname', 'hosts'].map((name) => [`/etc/${name}`, named(`<${name}>`)])),
    files: new Set(['/etc/resolv.conf', '/etc/hostname', '/etc/hosts']),
    stdio: spec.process.terminal ? ([terminal, terminal, terminal] as const) : ([-1, -1, -1] as const),
    ...(spec.process.terminal ? { devpts: named('<devpts>') } : {}),
    pipes: [],
  }
  return plan(spec, overlay, assumed(), handles).steps.map(({ call }) => call)
}

const good = listOf()
const at = (name: string) => good.findIndex((call) => call.name === name)
const take = (list: readonly Syscall[], wanted: (call: Syscall) => boolean) => ({
  taken: list.filter(wanted),
  rest: list.filter((call) => !wanted(call)),
})
/** The list with the calls of these names at another place: before the call `before`. */
function moved(list: readonly Syscall[], names: readonly string[], before: string): Syscall[] {
  const { taken, rest } = take(list, ({ name }) => names.includes(name))
  return rest.toSpliced(
    rest.findIndex(({ name }) => name === before),
    0,
    ...taken,
  )
}
const isPrivate = (call: Syscall) =>
  call.name === 'mount' &&
  plainValue(call.args[1]!) === '/' &&
  Number(plainValue(call.args[3]!)) === (C.MS_REC | C.MS_PRIVATE)
const wish = prctl(C.PR_SET_PDEATHSIG, C.SIGKILL)

it('the real list has no fault', () => {
  for (const options of [{}, { user: '1000' }, { tty: true }, { readOnly: true }, { privileged: true }])
    expect(faultsOf(listOf(options), host), `the list for ${JSON.stringify(options)}`).toEqual([])
})

it('mounts that still reach the host are found', () => {
  const { taken, rest } = take(good, isPrivate)
  expect(faultsOf(rest, host), 'nothing is made private').toEqual(['not private'])
  const late = rest.toSpliced(rest.findIndex(({ name }) => name === 'mount') + 1, 0, ...taken)
  expect(faultsOf(late, host), 'the overlay is mounted, and then all is made private').toEqual([
    'not private',
  ])
})

it('private means all of it, from the top', () => {
  for (const [text, call] of [
    ['without MS_REC', mount('none', '/', '', C.MS_PRIVATE)],
    ['with MS_SLAVE', mount('none', '/', '', C.MS_REC | C.MS_SLAVE)],
    ['of /mnt', mount('none', '/mnt', '', C.MS_REC | C.MS_PRIVATE)],
  ] as const) {
    const list = good.map((one) => (isPrivate(one) ? call : one))
    expect(faultsOf(list, host), `the first mount is one ${text}`).toEqual(['not private'])
  }
})

it('a path of the host is of no use in the new root', () => {
  const late = good.toSpliced(at('setsid'), 0, chdir('/containers/x/upper'))
  expect(faultsOf(late, host), 'after pivot_root: chdir("/containers/x/upper")').toEqual(['old path'])
  const top = good.toSpliced(at('setsid'), 0, chdir('/layers'))
  expect(faultsOf(top, host), 'after pivot_root: chdir("/layers")').toEqual(['old path'])
  const own = good.toSpliced(at('setsid'), 0, chdir('/layers-of-cake'), chdir('/srv/layers/x'))
  expect(faultsOf(own, host), '/layers-of-cake and /srv/layers/x are in the container').toEqual([])
})

it('who makes the cgroup namespace first sees the host’s groups', () => {
  const early = moved(good, ['unshare'], 'openat')
  expect(faultsOf(early, host), 'unshare(CLONE_NEWCGROUP) stands first').toEqual(['late group'])
  const other = [unshare(C.CLONE_NEWNS), ...good]
  expect(faultsOf(other, host), 'unshare(CLONE_NEWNS) stands first, which is another namespace').toEqual([])
})

it('rights are needed until the last mount', () => {
  const early = moved(good, ['capset'], 'pivot_root')
  expect(faultsOf(early, host), 'capset stands before pivot_root').toEqual(['no rights'])
  const name = moved(good, ['sethostname'], 'execve')
  expect(faultsOf(name, host), 'sethostname stands right before execve').toEqual(['no rights'])
})

it('the wish to die with the parent comes after the last change of user', () => {
  const early = [wish, ...good]
  expect(faultsOf(early, host), 'prctl(PR_SET_PDEATHSIG) stands first, and once more at its place').toEqual([
    'forgotten wish',
  ])
  const late = moved(good, ['setresgid', 'setresuid'], 'execve')
  expect(faultsOf(late, host), 'user and group change right before execve').toEqual(['forgotten wish'])
})

it('a list ends in a program', () => {
  const { taken: programs, rest } = take(good, ({ name }) => name === 'execve')
  expect(programs.length, 'the real list tries several places').toBeGreaterThan(1)
  expect(faultsOf(rest, host), 'there is no execve').toEqual(['no program'])
  expect(faultsOf([], host), 'there is nothing at all').toEqual(['no program'])
  const more = [...good, chdir('/')]
  expect(faultsOf(more, host), 'chdir stands after execve').toEqual(['no program'])
  expect(faultsOf([execve('/bin/true', ['true'], [])], host), 'a program, and nothing else').toEqual([])
})

it('several faults are found together', () => {
  const { rest } = take(good, isPrivate)
  const spoilt = [wish, ...moved(rest, ['capset'], 'pivot_root')]
  expect(
    faultsOf(spoilt, host).toSorted(),
    'not private, rights given up, and a wish that is forgotten',
  ).toEqual(['forgotten wish', 'no rights', 'not private'])
})
