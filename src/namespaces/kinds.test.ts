import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import * as C from '../syscall/constants.ts'
import { cloneFlags, flagOf, kindOf, kinds, type NamespaceType, namespaceFlags } from './kinds.ts'

describe('the kinds of namespace', () => {
  it('are the eight that the OCI runtime specification names, each with a flag of its own', () => {
    expect(kinds.map((kind) => kind.type).sort()).toEqual(
      ['cgroup', 'ipc', 'mount', 'network', 'pid', 'time', 'user', 'uts'].sort(),
    )
    expect(new Set(kinds.map((kind) => kind.flag)).size).toBe(8)
  })

  it.runIf(process.platform === 'linux')('have the file names of this kernel', () => {
    const files = readdirSync('/proc/self/ns')
    expect(kinds.map((kind) => kind.file)).toEqual(
      expect.arrayContaining(files.filter((f) => !f.includes('_'))),
    )
  })

  it('become flags', () => {
    expect(flagOf('network')).toBe(C.CLONE_NEWNET)
    expect(namespaceFlags(['mount', 'time'])).toBe(C.CLONE_NEWNS | C.CLONE_NEWTIME)
    expect(namespaceFlags([])).toBe(0)
  })

  it('leave the time namespace out for clone, whose lowest byte is the signal of the end', () => {
    expect(cloneFlags(['pid', 'time'])).toBe(C.CLONE_NEWPID)
    expect(cloneFlags(kinds.map((kind) => kind.type)) & 0xff).toBe(0)
  })

  it('say what there is when a name is wrong', () => {
    expect(() => kindOf('net' as NamespaceType)).toThrow('There is no namespace "net". There are: mount, uts')
  })
})
