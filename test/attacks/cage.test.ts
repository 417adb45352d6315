// The cage, as it looks from inside: that of our containers holds whatever Docker's holds, on this machine.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { capabilityMask, defaultCapabilities } from '../../src/security/capabilities.ts'
import { type Cage, cageProgram, cageScript, readCage } from '../../src/security/self-report.ts'
import { arch } from '../../src/syscall/numbers.ts'
import { gocker, isRoot, places, useGocker } from '../cli/gocker.ts'
import { looser } from './looser.ts'

useGocker()

let folder = ''
let program = ''
const hasDocker = ['dockerd', 'docker', 'containerd', 'runc'].every(
  (name) => spawnSync('sh', ['-c', `command -v ${name}`]).status === 0,
)
const host = Object.fromEntries(
  readdirSync('/proc/self/ns')
    .filter((name) => !name.includes('_for_'))
    .map((name) => [name, readlinkSync(`/proc/self/ns/${name}`)]),
)
/** Docker's own profile allows them by now, and the one of Debian 12 did not yet. moby/profiles, seccomp/default_linux.go */
const newer = 'name_to_handle_at pkey_alloc pkey_free pkey_mprotect process_vm_readv process_vm_writev'.split(
  ' ',
)

const words = () => ['-v', `${program}:/cage:ro`]

async function cageOf(...flags: string[]): Promise<Cage> {
  const command = ['sh', '-c', cageScript('/cage')]
  const { stdout } = await gocker(
    'run',
    '--rm',
    '--network',
    'none',
    ...words(),
    ...flags,
    'tiny',
    ...command,
  )
  return readCage(stdout, arch)
}

describe.skipIf(!isRoot)('the cage of a container (needs root)', () => {
  let ours: Cage
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gocker-cage-'))
    program = join(folder, 'program')
    writeFileSync(program, cageProgram(arch), { mode: 0o755 })
    ours = await cageOf()
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('is what was promised', () => {
    const fourteen = capabilityMask(defaultCapabilities)
    expect(ours).toMatchObject({
      uid: '0',
      seccomp: 2,
      capabilities: {
        bounding: fourteen,
        effective: fourteen,
        permitted: fourteen,
        inheritable: 0n,
        ambient: 0n,
      },
      uncovered: [],
      writable: [],
      devices: ['null', 'zero', 'full', 'random', 'urandom'],
    })
    for (const name of ['mount', 'bpf', 'reboot', 'keyctl', 'setns', 'init_module', 'clone3', 'kexec_load'])
      expect(ours.refused).toContain(name)
    for (const name of ['read', 'openat', 'execve', 'chroot', 'kill', 'socket'])
      expect(ours.refused).not.toContain(name)
    for (const kind of ['cgroup', 'ipc', 'mnt', 'net', 'pid', 'uts'])
      expect(ours.namespaces[kind]).not.toBe(host[kind])
  })

  it('changes with what is asked for, and the comparison sees it', async () => {
    const privileged = await cageOf('--privileged')
    expect(privileged).toMatchObject({ seccomp: 0 })
    expect(looser(privileged, ours, host)).toEqual(
      expect.arrayContaining([
        'has more capabilities: effective',
        'has no filter',
        'may call mount',
        'can write to /proc/sys',
        'can open the device kmsg',
        'lacks ro at /sys',
      ]),
    )
    expect(looser(ours, ours, host)).toEqual([])
    const strict = await cageOf('--cap-drop', 'ALL', '--security-opt', 'no-new-privileges', '--read-only')
    expect(looser(strict, ours, host)).toEqual([])
    expect(looser(ours, strict, host)).toEqual(
      expect.arrayContaining(['lacks no_new_privs', 'lacks ro at /', 'may call chroot']),
    )
  })

  it('is no looser than Docker’s in any row', async ({ skip }) => {
    if (!hasDocker) skip('not installed: docker.io')
    const [layer] = readdirSync(places.layers).filter((name) => !name.includes('.'))
    const script = fileURLToPath(new URL('docker.sh', import.meta.url))
    const command = [...words(), 'image', 'sh', '-c', cageScript('/cage')]
    const { stdout, stderr } = spawnSync(
      'unshare',
      [
        '--mount',
        '--net',
        '--propagation',
        'private',
        'sh',
        script,
        folder,
        join(places.layers, layer!),
        ...command,
      ],
      { encoding: 'utf8', timeout: 120_000, maxBuffer: 2 ** 26 },
    )
    const theirs = readCage(stdout, arch)
    expect(theirs, stderr).toMatchObject({ uid: '0', seccomp: 2 })
    const now = newer.map((name) => `may call ${name}`)
    expect(looser(ours, theirs, host).filter((line) => !now.includes(line))).toEqual([])
  }, 180_000)
})
