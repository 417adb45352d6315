import { expect, it } from 'vitest'
import { asRoot } from '../../../kit.ts'

interface Seen {
  readonly found: string
  readonly cwd: string
  readonly tiny: boolean
  readonly mounts: number
}

const facts = asRoot<{ readonly quiet: Seen; readonly escaping: Seen; readonly host: boolean }>(
  import.meta.url,
)

it('the directory is the root, and the shell stands in it', async (test) => {
  const { quiet } = await facts(test)
  expect(quiet.tiny, 'the shell finds the files of the directory at /').toBe(true)
  expect(quiet.found, 'and the path of the diary leads nowhere there').toBe('no diary')
  expect(quiet.cwd, 'the current directory').toBe('/')
})

it('Mallory makes her four calls, and does not get out', async (test) => {
  const { escaping } = await facts(test)
  expect(escaping.found, 'what Mallory reads after mkdir, chroot, chdir and chroot').toBe('no diary')
  expect(escaping.tiny, 'she still sees the files of the directory').toBe(true)
})

it('of the old mounts, none is left', async (test) => {
  const { quiet, escaping } = await facts(test)
  const why = 'mounts that the shell can reach: the one of the new root, if the old one was taken away'
  expect(quiet.mounts, why).toBe(1)
  expect(escaping.mounts, `${why}. After the four calls, too`).toBe(1)
})

it('the host has no mount more than before', async (test) => {
  const { host } = await facts(test)
  expect(host, 'the mounts of the host are the same as before').toBe(true)
})
