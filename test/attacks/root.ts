// Attacks on the root file system: ways back to the files of the host.

import { mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { intoDirectory } from '../../src/container/program-steps.ts'
import { escapeCalls } from '../../src/rootfs/chroot.ts'
import * as C from '../../src/syscall/constants.ts'
import { fcntl, makedev, mkdirat, mknodat, openat } from '../../src/syscall/file.ts'
import { chdir, mount } from '../../src/syscall/mount.ts'
import { trying } from '../../src/syscall/outcome.ts'
import { execveat } from '../../src/syscall/process.ts'
import { allowing, syscall } from '../../src/syscall/syscall.ts'
import { attacks, type Protection, type Seen, type Stage, says } from './attack.ts'
import { memory, numbered } from './calls.ts'
import { secret } from './host.ts'
import { handleOf, openedFile } from './host-files.ts'
import { capabilities, insert, isCall, listed, pivotRoot, seccomp } from './protections.ts'

/** Read the file and print it. */
function readFile(path: string) {
  const file = openat(C.AT_FDCWD, path, C.O_RDONLY)
  const text = memory()
  return [file, text, syscall('read', file, text, 100), syscall('write', 1, text, 100)]
}

const gotSecret = says(secret)

/** The list keeps what is to be executed: one more such call, which cannot work, and 3 stays open. */
const descriptorsClosed: Protection = {
  direct: true,
  ...listed(
    'close_range before execve',
    'a list that keeps descriptor 3 open',
    // Node has marked it besides
    ({ steps }) =>
      insert(steps, 'before', isCall('execve'), [fcntl(3, C.F_SETFD, 0), trying(execveat(3, ['x'], []))]),
  ),
}

const readonlyVolume: Protection = { layer: '-v …:ro', without: '-v without `:ro`' }

const isPivot = isCall('pivot_root')

export const root = attacks(
  {
    name: 'out of a chroot',
    tries:
      'makes a second chroot below the first, stands outside of it, and climbs to the real root: chroot(2)',
    stoppedBy: [pivotRoot],
    left: 'nothing: CAP_SYS_CHROOT is one of Docker’s fourteen',
    attack: ({ file }) => ({ calls: [...escapeCalls(), ...readFile(file)] }),
    gotThrough: gotSecret,
  },
  {
    name: 'by a file’s number',
    tries:
      'opens a file of the host’s disk by its inode number, from any file on that disk: open_by_handle_at(2), “shocker”',
    stoppedBy: [capabilities('DAC_READ_SEARCH'), seccomp],
    left: 'nothing: no path is walked, so no root directory is in the way',
    attack: ({ file }) => {
      const hosts = openat(C.AT_FDCWD, '/etc/hosts', C.O_RDONLY)
      const opened = numbered(304, 265, hosts, handleOf(file), C.O_RDONLY)
      const text = memory()
      return {
        calls: [hosts, opened, text, syscall('read', opened, text, 100), syscall('write', 1, text, 100)],
      }
    },
    gotThrough: gotSecret,
  },
  {
    name: 'by a directory that was left open',
    cve: 'CVE-2016-9962',
    tries: 'goes through a descriptor that whoever started the engine had open',
    stoppedBy: [descriptorsClosed],
    left: 'nothing: a directory of the host leads to all of it by `..`',
    around: openedFile,
    attack: () => ({ script: 'cat /proc/self/fd/3/secret' }),
    gotThrough: gotSecret,
  },
  {
    name: 'by a working directory in /proc',
    cve: 'CVE-2024-21626',
    tries:
      'makes an image that has /proc/self/fd/3 as its working directory, where the engine may have something open',
    stoppedBy: [
      listed('no links of /proc on the way', 'a list that goes there by chdir', ({ steps, spec }) => {
        const isThere = steps.findIndex(({ why }) => why === intoDirectory)
        const end = steps.findIndex(({ call }, i) => i > isThere && call.name === 'fchdir')
        const calls = [chdir(spec.process.cwd)].map((call) => ({ chapter: 2, why: '', call }))
        return [...steps.slice(0, isThere), ...calls, ...steps.slice(end + 1)]
      }),
    ],
    left: 'nothing: a working directory is no descriptor, and is not closed',
    image: 'attack-fd',
    around: openedFile,
    attack: () => ({ script: 'cat ./secret' }),
    gotThrough: gotSecret,
  },
  {
    name: 'devices made on the host',
    cve: 'CVE-2026-41579',
    tries:
      'makes an image that has /dev as a link, so that the engine makes its devices where the link leads',
    stoppedBy: [
      listed(
        'mounts after the root has changed',
        'a list that makes them before, by the path of the host',
        ({ steps, overlay }) =>
          insert(steps, 'before', isPivot, [
            allowing(
              'EEXIST',
              mknodat(C.AT_FDCWD, `${overlay.target}/dev/made`, C.S_IFCHR | 0o666, makedev(1, 3)),
            ),
          ]),
      ),
    ],
    left: 'nothing',
    attack: { does: (stage) => linkedFrom(stage, 'dev') },
    gotThrough: says('made'),
  },
  {
    name: 'directories made on the host',
    cve: 'CVE-2024-45310',
    tries:
      'makes an image that has a link where a volume is to be mounted, so that the engine makes its place elsewhere',
    stoppedBy: [
      listed(
        'places made after the root has changed',
        'a list that makes them before, by the path of the host',
        ({ steps, overlay }) =>
          insert(steps, 'before', isPivot, [
            allowing('EEXIST', mkdirat(C.AT_FDCWD, `${overlay.target}/link/place`, 0o755)),
          ]),
      ),
    ],
    left: 'nothing',
    flags: ['--tmpfs', '/link/place'],
    attack: { does: (stage) => linkedFrom(stage, 'link') },
    gotThrough: says('place'),
  },
  {
    name: 'a read-only volume',
    tries: 'makes it writable and changes what is the host’s: mount(2), MS_REMOUNT',
    stoppedBy: [capabilities('SYS_ADMIN'), seccomp],
    left: 'nothing: read-only is a flag of the mount, and the mount is in her namespace',
    flags: ({ directory }) => ['-v', `${directory}:/data:ro`],
    attack: () => {
      const file = openat(C.AT_FDCWD, '/data/secret', C.O_WRONLY)
      return { calls: [mount('none', '/data', '', C.MS_BIND | C.MS_REMOUNT), file] }
    },
    gotThrough: ({ results }) => results.at(-1)! >= 0,
  },
  {
    name: 'write to what is shared',
    tries: 'changes a file in a directory that she was given to read',
    stoppedBy: [readonlyVolume],
    left: 'nothing: root may write to what is root’s',
    attack: {
      does: ({ run, host, isOff }) =>
        run(['-v', `${host.directory}:/data${isOff(readonlyVolume) ? '' : ':ro'}`], {
          script: 'echo changed > /data/secret && echo wrote',
        }),
    },
    gotThrough: says('wrote'),
  },
)

/** What is in a directory of the host after a container of an image that has a link to it. */
async function linkedFrom({ host, run }: Stage, name: string): Promise<Seen> {
  const { makeImage } = await import('../cli/image.ts')
  const target = join(host.directory, 'target')
  mkdirSync(target)
  const image = `link-${host.pid}`
  makeImage(image, (layer) => symlinkSync(target, join(layer, name)))
  const seen = await run([], { script: 'true' }, image)
  return { ...seen, stdout: readdirSync(target).join(' ') }
}
