import { expect, it } from 'vitest'
import { maskOf, rightsOf } from './exercise.ts'

const status = (sets: Readonly<Record<string, string>>, name = 'sh') =>
  [
    `Name:\t${name}`,
    'Umask:\t0022',
    'State:\tS (sleeping)',
    ...['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'].map(
      (set) => `${set}:\t${(sets[set] ?? '').padStart(16, '0')}`,
    ),
    'NoNewPrivs:\t0',
    '',
  ].join('\n')

it('each bit is a capability', () => {
  expect(rightsOf(status({ CapEff: '1' }), 'CapEff'), 'bit 0').toEqual(['CAP_CHOWN'])
  expect(rightsOf(status({ CapEff: '200001' }), 'CapEff'), 'bits 0 and 21').toEqual([
    'CAP_CHOWN',
    'CAP_SYS_ADMIN',
  ])
  expect(rightsOf(status({}), 'CapEff'), 'no bit at all').toEqual([])
})

it('the set that is asked for is the one that is read', () => {
  const alice = status({ CapEff: '400', CapBnd: 'a80425fb', CapAmb: '400' })
  expect(rightsOf(alice, 'CapEff'), 'what is in effect').toEqual(['CAP_NET_BIND_SERVICE'])
  expect(rightsOf(alice, 'CapBnd'), 'Docker leaves fourteen in the bounding set').toHaveLength(14)
  expect(rightsOf(alice, 'CapInh'), 'nothing is inheritable').toEqual([])
})

it('capabilities above the 32nd are there, too', () => {
  expect(rightsOf(status({ CapEff: '8000000000' }), 'CapEff'), 'bit 39').toEqual(['CAP_BPF'])
  expect(rightsOf(status({ CapEff: '80000000' }), 'CapEff'), 'bit 31').toEqual(['CAP_SETFCAP'])
  const all = rightsOf(status({ CapEff: '1ffffffffff' }), 'CapEff')
  expect(all, 'root of the host has all there are').toHaveLength(41)
  expect(all.at(-1), 'the last of them').toBe('CAP_CHECKPOINT_RESTORE')
})

it('a capability of a newer kernel is shown by its number', () => {
  expect(rightsOf(status({ CapEff: '20000000001' }), 'CapEff'), 'bits 0 and 41').toEqual(['CAP_CHOWN', '41'])
})

it('what is no status is refused', () => {
  expect(() => rightsOf('Name:\tsh\n', 'CapEff'), 'a text without the line').toThrow(/./)
  expect(() => rightsOf('', 'CapBnd'), 'an empty text').toThrow(/./)
})

it('Mallory’s process cannot name itself to be root', () => {
  const mallory = status({ CapEff: '400' }, 'CapEff:\t000001ffffffffff')
  expect(rightsOf(mallory, 'CapEff'), 'her process is called “CapEff: 000001ffffffffff”').toEqual([
    'CAP_NET_BIND_SERVICE',
  ])
})

it('names become a number again', () => {
  expect(maskOf([]), 'no capability').toBe('0000000000000000')
  expect(maskOf(['CAP_NET_BIND_SERVICE']), 'bit 10').toBe('0000000000000400')
  expect(maskOf(['CAP_BPF', 'CAP_CHOWN']), 'bits 39 and 0').toBe('0000008000000001')
  expect(maskOf(['CAP_CHOWN', 'CAP_CHOWN']), 'said twice is said once').toBe('0000000000000001')
  const docker = rightsOf(status({ CapBnd: 'a80425fb' }), 'CapBnd')
  expect(maskOf(docker), 'there and back').toBe('00000000a80425fb')
})

it('a name that there is not is refused', () => {
  for (const name of ['CAP_FLY', 'chown', ''])
    expect(() => maskOf([name]), `“${name}” is no capability`).toThrow(/./)
})
