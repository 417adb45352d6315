// The plan as data: which calls, in which order. No root, no kernel.

import { describe, expect, it } from 'vitest'
import { assumed } from '../cgroup/hierarchy.ts'
import * as C from '../syscall/constants.ts'
import { named, type Step } from '../syscall/syscall.ts'
import { notation } from '../syscall/trace.ts'
import type { Handles } from './handles.ts'
import { specOf } from './make-spec.fixture.ts'
import { plan } from './plan.ts'
import type { Spec } from './spec.ts'
import { unopenedUsers } from './user-namespace.ts'

const overlay = {
  layersDir: '/layers',
  layers: ['top', 'bottom'],
  upper: '/containers/x/upper',
  work: '/containers/x/work',
  target: '/containers/x/merged',
}

function planOf(...wanted: Parameters<typeof specOf>) {
  const spec = specOf(...wanted)
  const terminal = spec.process.terminal
  const handles: Handles = {
    ...(wanted[0]?.network === 'host' ? {} : { netns: named('<netns>') }),
    files: new Set(['/etc/resolv.conf', '/etc/hostname', '/etc/hosts']),
    binds: new Map(['resolv.conf', 'hostname', 'hosts'].map((name) => [`/etc/${name}`, named(`<${name}>`)])),
    stdio: terminal ? [named('<tty>'), named('<tty>'), named('<tty>')] : [named('<null>'), -1, -1],
    ...(terminal ? { devpts: named('<devpts>') } : {}),
    ...(wanted[3]?.idMaps ? { users: unopenedUsers } : {}),
    ...(wanted[0]?.init ? { init: named('<init>') } : {}),
    pipes: [],
  }
  const { flags, steps } = plan(spec, overlay, assumed(), handles)
  return { flags, steps, lines: steps.map(({ call }) => notation(call)) }
}

/** Where the first line that begins like this stands; there must be one. */
function at(lines: readonly string[], beginning: string): number {
  const found = lines.findIndex((line) => line.startsWith(beginning))
  expect(found, `${beginning} in\n${lines.join('\n')}`).not.toBe(-1)
  return found
}

function inOrder(lines: readonly string[], ...beginnings: string[]): void {
  const places = beginnings.map((beginning) => at(lines, beginning))
  expect(places).toEqual(places.toSorted((a, b) => a - b))
}

describe('the plan of a container', () => {
  it('names the machine, and the domain if one is wanted', () => {
    const { lines } = planOf({ hostname: 'web', domainname: 'example.org' })
    inOrder(lines, 'sethostname("web", 3)', 'setdomainname("example.org", 11)')
    expect(planOf({}).lines.filter((line) => line.startsWith('setdomainname('))).toEqual([])
  })

  it('ends in the init, if it has one', () => {
    const { lines } = planOf({ init: true }, {}, ['prog', '-x'])
    expect(lines.at(-1)).toMatch(
      /^execveat\(<init>, "", \["gocker-init", "--", "prog", "-x"\], .*, AT_EMPTY_PATH\)$/,
    )
    expect(lines.filter((line) => line.startsWith('execve('))).toEqual([])
  })

  it('goes from the host to the program in this order', () => {
    const { lines } = planOf({}, {}, ['/bin/true'])
    inOrder(
      lines,
      'setns(<netns>, CLONE_NEWNET)',
      'unshare(CLONE_NEWCGROUP)',
      'mount("none", "/", "", MS_',
      'mount("overlay", "/containers/x/merged", "overlay"',
      'open_tree(AT_FDCWD, "/dev/null"',
      'pivot_root(".", ".")',
      'umount2(".", MNT_DETACH)',
      'mount("proc", "/proc", "proc"',
      'mknodat(AT_FDCWD, "/dev/null"',
      'mount("devpts", "/dev/pts", "devpts"',
      'sethostname("0123456789ab"',
      'openat2(<openat /proc>, "sys/net/ipv4/ip_unprivileged_port_start"',
      'mount("/proc/sys", "/proc/sys", ""',
      'setsid()',
      'prctl(PR_CAPBSET_DROP',
      'setgroups(',
      'seccomp(SECCOMP_SET_MODE_FILTER, 0, {len=',
      'setresgid(',
      'setresuid(',
      'capset(',
      'prctl(PR_SET_PDEATHSIG, SIGKILL',
      'execve("/bin/true"',
    )
  })

  it('makes every mount private before it mounts anything', () => {
    const { lines } = planOf()
    expect(lines.filter((line) => /^(mount|move_mount)\(/.test(line))[0]).toMatch(/"\/".*MS_PRIVATE/)
  })

  it('makes the root read-only when nothing has to be made in it any more', () => {
    const { lines } = planOf({ readOnly: true })
    const readOnly = lines.findLastIndex((line) => /^mount\("none", "\/", "",.*MS_RDONLY/.test(line))
    const last = lines.findLastIndex((line) => /^(mknodat|symlinkat|move_mount|mount)\(/.test(line))
    expect(readOnly).toBe(last)
  })

  it('takes nothing of the host by its path after the roots are swapped', () => {
    const { lines } = planOf()
    const after = lines.slice(at(lines, 'pivot_root'))
    for (const line of after) expect(line).not.toMatch(/"\/(containers|layers)\//)
    for (const name of ['resolv.conf', 'hostname', 'hosts'])
      expect(after.some((line) => line.startsWith(`move_mount(<${name}>`))).toBe(true)
  })

  it('masks files of /proc with the host’s /dev/null, after /proc is there', () => {
    const { lines } = planOf()
    const masks = lines.filter((line) => line.startsWith('move_mount(<open_tree /dev/null>'))
    expect(masks.length).toBeGreaterThan(3)
    expect(lines.indexOf(masks[0]!)).toBeGreaterThan(at(lines, 'mount("proc", "/proc"'))
  })

  it('asks for its death with ours after the last change of user, which would make the kernel forget it', () => {
    const { lines } = planOf({ user: '1000' })
    const death = at(lines, 'prctl(PR_SET_PDEATHSIG')
    for (const call of ['setresuid', 'setresgid', 'capset']) expect(at(lines, call)).toBeLessThan(death)
    expect(at(lines, 'execve')).toBeGreaterThan(death)
  })

  it('sets the filter while it has the right to, before the user changes', () => {
    const { lines } = planOf({ user: '1000' })
    expect(at(lines, 'seccomp(')).toBeLessThan(at(lines, 'setresuid'))
    expect(lines.filter((line) => line.startsWith('seccomp('))).toHaveLength(1)
  })

  it('sets it last if no right is needed for that: nothing but the program comes after it', () => {
    const { lines } = planOf({ noNewPrivileges: true, user: '1000' }, {}, ['/bin/true'])
    expect(lines.slice(-2)).toEqual([
      expect.stringMatching(/^seccomp\(SECCOMP_SET_MODE_FILTER, 0, \{len=\d+, filter=…\}\)$/),
      expect.stringMatching(/^execve\(/),
    ])
    expect(at(lines, 'prctl(PR_SET_NO_NEW_PRIVS, 1')).toBeLessThan(at(lines, 'seccomp('))
  })

  it('sets the filter that is at hand, and makes none if the spec wants none', () => {
    const program = new Uint8Array(24)
    const steps = (spec: Spec) =>
      plan(spec, overlay, assumed(), {
        binds: new Map(),
        files: new Set(),
        stdio: [-1, -1, -1],
        pipes: [],
        filter: { program, flags: 2 },
      })
        .steps.map(({ call }) => notation(call))
        .filter((line) => line.startsWith('seccomp'))
    const spec = specOf({ mounts: [] })
    const bare = { ...spec, mounts: spec.mounts.filter(({ type }) => type !== 'bind') }
    expect(steps(bare)).toEqual([
      'seccomp(SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_LOG, {len=3, filter=…})',
    ])
    expect(steps({ ...bare, linux: { ...bare.linux, seccomp: undefined } })).toEqual([])
  })

  it('ends with execve, tried in each directory of PATH', () => {
    const { lines, steps } = planOf({ env: ['PATH=/a::relative:/b'] }, {}, ['prog', '-x'])
    expect(lines.slice(-2)).toEqual([
      expect.stringMatching(/^execve\("\/a\/prog", \["prog", "-x"\]/),
      expect.stringMatching(/^execve\("\/b\/prog", \["prog", "-x"\]/),
    ])
    expect(lines.filter((line) => line.startsWith('execve'))).toHaveLength(2)
    // a try that finds nothing is no failure
    expect(steps.slice(-2).map(({ call }) => call.least)).toEqual([-4095, -4095])
  })

  it('tries a name with a slash nowhere else', () => {
    const { lines } = planOf({}, {}, ['./prog'])
    expect(lines.filter((line) => line.startsWith('execve'))).toEqual([expect.stringContaining('"./prog"')])
  })

  it('does not end without a program', () => {
    expect(() => planOf({ env: ['PATH='] })).toThrow('executable file not found in $PATH')
    expect(() => planOf({ env: ['PATH=.:bin'] })).toThrow('executable file not found in $PATH')
  })

  it('starts in new namespaces, but joins the network and enters its cgroup first', () => {
    const all = C.CLONE_NEWNS | C.CLONE_NEWUTS | C.CLONE_NEWIPC | C.CLONE_NEWPID
    expect(planOf().flags).toBe(all)
    const { flags, lines } = planOf({ network: 'host' })
    expect(flags).toBe(all)
    expect(lines.some((line) => line.startsWith('setns'))).toBe(false)
  })

  it('with a terminal it gets a devpts, a console and a controlling terminal', () => {
    const { lines } = planOf({ tty: true })
    inOrder(
      lines,
      'move_mount(<devpts>, "", AT_FDCWD, "/dev/pts"',
      'open_tree(<tty>, ""',
      'move_mount(<open_tree',
      'setsid()',
      'dup3(<tty>, 0',
      'ioctl(0, TIOCSCTTY',
    )
    expect(lines.some((line) => line.startsWith('mount("devpts"'))).toBe(false)
  })

  it('asks for the profile of the host that was wanted, in the /proc that it has mounted itself', () => {
    const { lines } = planOf({ apparmor: 'strict' }, {}, ['/bin/true'])
    inOrder(
      lines,
      'mount("proc", "/proc"',
      'mknodat(AT_FDCWD, "/dev/null"',
      'openat2(<openat /proc>, "self/attr/apparmor/exec"',
      'write(<openat2 self/attr/apparmor/exec>, "exec strict"',
      'setsid()',
      'execve("/bin/true"',
    )
    expect(planOf().lines.some((line) => line.includes('apparmor'))).toBe(false)
    expect(planOf({ privileged: true }).lines.some((line) => line.includes('apparmor'))).toBe(false)
  })

  describe('in a user namespace', () => {
    const idMaps = {
      uid: [{ containerID: 0, hostID: 100_000, size: 65_536 }],
      gid: [{ containerID: 0, hostID: 200_000, size: 65_536 }],
    }
    const mapped = (options: Parameters<typeof planOf>[0] = {}) =>
      planOf(options, {}, ['/bin/true'], { idMaps })

    it('enters what belongs to it first, and itself when all mounts are made', () => {
      const { flags, lines } = mapped()
      expect(flags).toBe(C.CLONE_NEWNS | C.CLONE_NEWPID)
      inOrder(
        lines,
        'setns(<netns>, CLONE_NEWNET)',
        'setns(<ipc namespace>, CLONE_NEWIPC)',
        'setns(<uts namespace>, CLONE_NEWUTS)',
        'open_tree(AT_FDCWD, "/layers"',
        'mount_setattr(',
        'move_mount(<open_tree /layers>, "", AT_FDCWD, "/layers"',
        'mount("overlay"',
        'pivot_root',
        'prctl(PR_SET_SECUREBITS, 4',
        'setresgid(-1, 200000, -1)',
        'setresuid(-1, 100000, -1)',
        'mount("proc", "/proc"',
        'mknodat(AT_FDCWD, "/dev/null"',
        'setns(<user namespace>, CLONE_NEWUSER)',
        'setresgid(0, 0, 0)',
        'unshare(CLONE_NEWNS|CLONE_NEWCGROUP)',
        'setsid()',
        'prctl(PR_CAPBSET_DROP',
        'execve("/bin/true"',
      )
      const entered = at(lines, 'setns(<user namespace>')
      const last = lines.findLastIndex((line) => /^(mknodat|symlinkat|move_mount|mount)\(/.test(line))
      expect(last).toBeLessThan(entered)
    })

    it('gives the terminal to its user before, under the number that this one has outside', () => {
      const { lines } = mapped({ tty: true, user: '1000' })
      inOrder(
        lines,
        'fchown(<tty>, 101000, -1)',
        'setns(<user namespace>',
        'ioctl(0, TIOCSCTTY',
        'setresuid(1000',
      )
      expect(lines.filter((line) => line.startsWith('fchown('))).toHaveLength(1)
    })

    it('means its own users with options of mounts', () => {
      const { lines } = mapped({ tmpfs: ['/x:uid=5,gid=6,mode=700'] })
      expect(lines.find((line) => line.startsWith('mount("tmpfs", "/x"'))).toContain(
        '"uid=100005,gid=200006,mode=700"',
      )
      expect(lines.find((line) => line.startsWith('mount("devpts"'))).toContain('gid=200005')
    })

    it('has no users but those of its maps', () => {
      expect(() => mapped({ tmpfs: ['/x:uid=65536'] })).toThrow('has those from 0 to 65535')
    })
  })

  it('privileged, it masks nothing and keeps all rights', () => {
    const { lines } = planOf({ privileged: true })
    expect(lines.some((line) => line.includes('/proc/kcore') && line.startsWith('move_mount'))).toBe(false)
    expect(lines.some((line) => line.startsWith('prctl(PR_CAPBSET_DROP'))).toBe(false)
  })

  it('is the same for the same spec', () => {
    expect(planOf().lines).toEqual(planOf().lines)
  })

  it('says of every first call of a group why it is made, in lower case and without a full stop', () => {
    const reasons = planOf({ tty: true, readOnly: true, user: '1000' }).steps.map((step: Step) => step.why)
    expect(reasons.filter((why) => why !== '').length).toBeGreaterThan(40)
    for (const why of reasons) expect(why).not.toMatch(/^[A-Z][a-z]|\.$/)
  })
})
