// AppArmor and SELinux as far as they are data. How AppArmor holds is in test/cli/apparmor.test.ts; no machine of the tests has SELinux.

import { describe, expect, it } from 'vitest'
import { named } from '../syscall/syscall.ts'
import { notation } from '../syscall/trace.ts'
import { profileFor, profileNames, profileSteps } from './apparmor.ts'
import { labelSteps, labelsFor, labelsIn } from './selinux.ts'

describe('the AppArmor profile', () => {
  const loaded = profileNames('/usr/bin/man (enforce)\nmy own one (complain)\ndocker-default (enforce)\n')

  it('is one of those that the kernel lists', () => {
    expect(loaded).toEqual(['/usr/bin/man', 'my own one', 'docker-default'])
  })

  it('is docker-default where that is loaded, and none elsewhere', () => {
    expect(profileFor(undefined, false, loaded)).toBe('docker-default')
    expect(profileFor(undefined, false, ['/usr/bin/man'])).toBeUndefined()
    expect(profileFor(undefined, false, undefined)).toBeUndefined()
  })

  it('is none for a privileged container, and for one that wants none', () => {
    expect(profileFor(undefined, true, loaded)).toBeUndefined()
    expect(profileFor('unconfined', false, loaded)).toBeUndefined()
    expect(profileFor('unconfined', false, undefined)).toBeUndefined()
  })

  it('that is asked for must be there', () => {
    expect(profileFor('my own one', true, loaded)).toBe('my own one')
    expect(() => profileFor('other', false, loaded)).toThrow('The AppArmor profile other is not loaded')
    expect(() => profileFor('other', false, undefined)).toThrow('AppArmor is not on, on this host')
  })

  it('is asked for by the process itself, in the proc that is held', () => {
    expect(profileSteps('docker-default', named('<proc>')).map(({ call }) => notation(call))).toEqual([
      expect.stringMatching(/^openat2\(<proc>, "self\/attr\/apparmor\/exec", .*NO_XDEV.*BENEATH/),
      'write(<openat2 self/attr/apparmor/exec>, "exec docker-default", 19)',
      'close(<openat2 self/attr/apparmor/exec>)',
    ])
    expect(profileSteps(undefined, named('<proc>'))).toEqual([])
  })
})

describe('the SELinux labels', () => {
  const host = labelsIn(
    'process = "system_u:system_r:container_t:s0"\nfile = "system_u:object_r:container_file_t:s0"\n',
  )
  const id = '0000000100000001'

  it('are those of the host’s policy, or of container-selinux', () => {
    expect(labelsIn(undefined)).toEqual(host)
    expect(labelsIn('process = "a:b:c:s0"\n').process).toBe('a:b:c:s0')
  })

  it('are none unless asked for', () => {
    expect(labelsFor([], host, id)).toBeUndefined()
    expect(labelsFor(['disable'], undefined, id)).toBeUndefined()
    expect(labelsFor(['type:spc_t', 'disable'], host, id)).toBeUndefined()
  })

  it('are what is asked for, with categories of the container', () => {
    expect(labelsFor(['type:my_t'], host, id)).toEqual({
      process: 'system_u:system_r:my_t:s0:c1,c2',
      mount: 'system_u:object_r:container_file_t:s0:c1,c2',
    })
    expect(labelsFor(['user:u', 'role:r', 'level:s0:c5'], host, id)).toEqual({
      process: 'u:r:container_t:s0:c5',
      mount: 'u:object_r:container_file_t:s0:c5',
    })
    expect(labelsFor(['type:t'], host, 'ffffffffffffffff')).not.toEqual(labelsFor(['type:t'], host, id))
  })

  it('cannot be had without SELinux, and are not made of anything else', () => {
    expect(() => labelsFor(['type:t'], undefined, id)).toThrow('SELinux is not on, on this host')
    expect(() => labelsFor(['x'], host, id)).toThrow('Bad label option "x"')
    expect(() => labelsFor(['filetype:x'], host, id)).toThrow('Bad label option')
  })

  it('are written by the process itself, in the proc that is held', () => {
    expect(labelSteps('a:b:c:s0', named('<proc>')).map(({ call }) => notation(call))).toEqual([
      expect.stringMatching(/^openat2\(<proc>, "self\/attr\/exec", .*NO_XDEV.*BENEATH/),
      'write(<openat2 self/attr/exec>, "a:b:c:s0", 8)',
      'close(<openat2 self/attr/exec>)',
    ])
  })
})
