import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  allCapabilities,
  capabilityMask,
  capabilityMasks,
  capabilitySet,
  defaultCapabilities,
  lastCapability,
  namesOf,
  numberOf,
  processCapabilities,
} from './capabilities.ts'

const header = '/usr/include/linux/capability.h'
const without = (name: string) => allCapabilities.filter((one) => one !== name)

describe('the capabilities', () => {
  it('are 41, with the numbers that everyone knows', () => {
    expect(allCapabilities).toHaveLength(41)
    expect(numberOf('CAP_CHOWN')).toBe(0)
    expect(numberOf('CAP_NET_ADMIN')).toBe(12)
    expect(numberOf('CAP_SYS_ADMIN')).toBe(21)
    expect(numberOf('CAP_CHECKPOINT_RESTORE')).toBe(40)
  })

  it('have the numbers of the kernel’s header, where it is installed', () => {
    const text = existsSync(header) ? readFileSync(header, 'utf8') : '#define CAP_BPF 39\n'
    const defined = [...text.matchAll(/^#define (CAP_[A-Z_]+)\s+(\d+)$/gm)]
    expect(defined.length).toBeGreaterThan(0)
    for (const [, name, number] of defined) expect(allCapabilities[Number(number)]).toBe(name)
  })

  it.runIf(process.platform === 'linux')('are all that this kernel knows', () => {
    expect(lastCapability()).toBe(allCapabilities.length - 1)
  })

  it('become a mask and names again', () => {
    // what `grep CapBnd /proc/self/status` says in any container of Docker
    expect(capabilityMask(defaultCapabilities)).toBe(0xa80425fbn)
    expect(namesOf(0xa80425fbn).toSorted()).toEqual(defaultCapabilities.toSorted())
    expect(() => capabilityMask(['CAP_FLY'])).toThrow('unknown capability: "CAP_FLY"')
  })
})

describe('--cap-add, --cap-drop and --privileged', () => {
  it('give Docker’s 14 if nothing is said', () => {
    expect(capabilitySet({}).names.toSorted()).toEqual(defaultCapabilities.toSorted())
    expect(capabilitySet({}).warnings).toEqual([])
  })

  it('take names with or without CAP_, in any case', () => {
    for (const name of ['SYS_ADMIN', 'sys_admin', 'CAP_SYS_ADMIN', 'cap_sys_admin'])
      expect(capabilitySet({ add: [name] }).names).toContain('CAP_SYS_ADMIN')
    expect(capabilitySet({ drop: ['chown', 'CAP_KILL'] }).names).toHaveLength(12)
  })

  it('know ALL on both sides, as Docker does', () => {
    expect(capabilitySet({ add: ['ALL'] }).names).toHaveLength(41)
    expect(capabilitySet({ add: ['all'], drop: ['SYS_ADMIN'] }).names).toEqual(without('CAP_SYS_ADMIN'))
    expect(capabilitySet({ drop: ['ALL'] }).names).toEqual([])
    expect(capabilitySet({ drop: ['ALL'], add: ['NET_RAW'] }).names).toEqual(['CAP_NET_RAW'])
  })

  it('add what is dropped and added, as Docker does', () => {
    expect(capabilitySet({ drop: ['CHOWN'], add: ['CHOWN'] }).names).toContain('CAP_CHOWN')
  })

  it('refuse an unknown name in Docker’s words', () => {
    expect(() => capabilitySet({ add: ['fly'] })).toThrow('invalid CapAdd: unknown capability: "CAP_FLY"')
    expect(() => capabilitySet({ drop: ['CAP_FLY'] })).toThrow(
      'invalid CapDrop: unknown capability: "CAP_FLY"',
    )
  })

  it('give a privileged container what there is, and say what is missing', () => {
    const { names, missing, warnings } = capabilitySet({
      privileged: true,
      available: without('CAP_SYS_RESOURCE'),
    })
    expect(names).toEqual(without('CAP_SYS_RESOURCE'))
    expect(missing).toEqual(['CAP_SYS_RESOURCE'])
    expect(warnings.join()).toContain('CAP_SYS_RESOURCE')
  })

  it('refuse a capability that is asked for by name and not to be had', () => {
    const available = without('CAP_SYS_RESOURCE')
    expect(() => capabilitySet({ add: ['SYS_RESOURCE'], available })).toThrow(
      'CAP_SYS_RESOURCE cannot be added',
    )
    expect(capabilitySet({ add: ['ALL'], available }).missing).toEqual(['CAP_SYS_RESOURCE'])
  })
})

describe('the sets of a process', () => {
  it('have nothing that is handed on (CVE-2022-24769)', () => {
    const sets = processCapabilities(defaultCapabilities, 0)
    expect(sets.effective).toEqual(defaultCapabilities)
    expect([sets.inheritable, sets.ambient]).toEqual([[], []])
  })

  it('are empty for an ordinary user, but for what a program with file capabilities may get', () => {
    const sets = processCapabilities(defaultCapabilities, 1000)
    expect([sets.effective, sets.permitted]).toEqual([[], []])
    expect(sets.bounding).toEqual(defaultCapabilities)
  })

  it('are read from /proc/PID/status', () => {
    const status = 'Name:\tsh\nCapInh:\t0\nCapPrm:\t3\nCapEff:\t1\nCapBnd:\t00000000a80425fb\nCapAmb:\t0\n'
    const masks = capabilityMasks(status)
    expect(masks).toMatchObject({ permitted: 3n, effective: 1n, bounding: 0xa80425fbn, inheritable: 0n })
    expect(() => capabilityMasks('nothing')).toThrow('CapBnd')
  })
})
