// AppArmor in real containers: what the kernel says of a process there, and what it refuses to it. It takes a kernel on which
// AppArmor is on; `npm run test:vm` has one.

import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { profileNames, profilesFile, usualProfile } from '../../src/security/apparmor.ts'
import { background, gocker, isRoot, places, useGocker } from './gocker.ts'

const why = reasonToSkip()
if (why === undefined) useGocker()
else rmSync(places.root, { recursive: true })

function reasonToSkip(): string | undefined {
  if (!isRoot) return 'needs root'
  if (!existsSync(profilesFile)) return 'AppArmor is not on in the kernel of this machine'
  if (spawnSync('apparmor_parser', ['--version']).error) return 'there is no apparmor_parser'
  return undefined
}

const loaded = () => profileNames(readFileSync(profilesFile, 'utf8'))

/** @param action as of apparmor_parser(8): --add, --remove. The files of the distribution have no part in it. */
function parser(action: '--add' | '--remove', profile: string): void {
  const { status, stderr } = spawnSync('apparmor_parser', [action, '--skip-cache'], {
    input: profile,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`apparmor_parser ${action}: ${stderr}`)
}

/** Nearly all is allowed, as with the profile of Docker. @param rules what is not */
const profileText = (name: string, rules = '') =>
  `profile ${name} flags=(attach_disconnected,mediate_deleted) {
     network, capability, file, umount, ptrace, signal,
     ${rules}
   }`

const own = `gocker-test-${process.pid}`
const brief = `${own}-brief`
const ownText = profileText(own, 'deny /secret r,')
const briefText = profileText(brief)

const current = 'cat /proc/self/attr/current'
const apparmor = (profile: string) => ['--security-opt', `apparmor=${profile}`]
const run = (script: string, ...flags: string[]) =>
  gocker('run', '--rm', '--network', 'none', ...flags, 'tiny', 'sh', '-c', script)
const said = (stdout: string) => ({ status: 0, stdout, stderr: '' })

describe('the AppArmor profile of a container', () => {
  const usualIsOurs = why === undefined && !loaded().includes(usualProfile)
  beforeAll(() => {
    if (why !== undefined) return
    parser('--add', ownText)
    if (usualIsOurs) parser('--add', profileText(usualProfile))
  })
  afterAll(() => {
    if (why !== undefined) return
    parser('--remove', ownText)
    if (usualIsOurs) parser('--remove', profileText(usualProfile))
  })
  beforeEach(({ skip }) => {
    if (why !== undefined) skip(why)
  })

  it('is docker-default if nothing is said, and none if that is asked for', async () => {
    expect(await run(current)).toEqual(said(`${usualProfile} (enforce)\n`))
    expect(await run(current, ...apparmor('unconfined'))).toEqual(said('unconfined\n'))
    expect((await run(current, '--privileged')).stdout).toBe('unconfined\n')
  })

  it('is the one that is asked for, with every other setting', async () => {
    const settings = [
      [],
      ['--init'],
      ['-t'],
      ['--user', '1000:1000'],
      ['--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'],
      ['--userns-remap', 'default'],
      ['--userns-remap', 'default', '--init'],
      ['--read-only', '--security-opt', 'seccomp=unconfined'],
    ]
    for (const flags of settings) {
      const { status, stdout, stderr } = await run(current, ...apparmor(own), ...flags)
      expect({ flags, status, stdout: stdout.trim(), stderr }).toEqual({
        ...{ flags, status: 0, stdout: `${own} (enforce)` },
        stderr: '',
      })
    }
  })

  it('holds: what it denies is denied to root in there', async () => {
    const secret = join(places.root, 'secret')
    mkdirSync(places.root, { recursive: true })
    writeFileSync(secret, 'told\n')
    const flags = ['-v', `${secret}:/secret:ro`]
    expect(await run('cat /secret', ...flags)).toEqual(said('told\n'))
    expect(await run('cat /secret', ...flags, ...apparmor(own))).toMatchObject({
      ...{ status: 1, stdout: '', stderr: expect.stringContaining('/secret: Permission denied') },
    })
  })

  it('is that of the init, and of what exec starts; signals and logs come through', async () => {
    const flags = ['--network', 'none', '--init', ...apparmor(own)]
    const script = `cat /proc/1/attr/current; trap 'exit 3' TERM; while :; do sleep 0.1; done`
    {
      await using container = await background('confined', ...flags, 'tiny', 'sh', '-c', script)
      await container.says(`${own} (enforce)`)
      for (const how of [[], ['--privileged'], ['--user', '1000']])
        expect(await gocker('exec', ...how, 'confined', 'sh', '-c', current)).toEqual(
          said(`${own} (enforce)\n`),
        )
      expect(await gocker('inspect', '--format', '{{.AppArmorProfile}}', 'confined')).toEqual(
        said(`${own}\n`),
      )
      expect((await gocker('stop', 'confined')).status).toBe(0)
      expect((await container.result).status).toBe(3)
    }
  })

  it('must be loaded: when the container is made, when it starts, and for exec', async () => {
    const missing = await run(current, ...apparmor(brief))
    expect(missing).toMatchObject({
      ...{
        status: 125,
        stdout: '',
        stderr: expect.stringContaining(`The AppArmor profile ${brief} is not loaded`),
      },
    })
    parser('--add', briefText)
    await gocker('create', '--name', 'late', '--network', 'none', ...apparmor(brief), 'tiny', 'true')
    {
      await using _ = await background(
        'early',
        '--network',
        'none',
        ...apparmor(brief),
        'tiny',
        'sleep',
        '1000',
      )
      parser('--remove', briefText)
      expect(await gocker('exec', 'early', 'true')).toMatchObject({
        ...{ status: 126, stderr: expect.stringContaining(brief) },
      })
    }
    expect(await gocker('start', '-a', 'late')).toMatchObject({
      ...{ status: 1, stderr: expect.stringContaining(brief) },
    })
    await gocker('rm', 'late')
  })
})
