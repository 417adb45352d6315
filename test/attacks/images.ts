// Images that Mallory has made, for attacks that begin with one.

import { chmodSync, copyFileSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { needsOf } from '../../src/rootfs/libraries.ts'
import { call } from '../../src/syscall/call.ts'
import * as C from '../../src/syscall/constants.ts'
import { lsetxattr, makedev, mknodat } from '../../src/syscall/file.ts'
import { type Config, makeImage } from '../cli/image.ts'

/** security.capability, version 2: in effect, inheritable CAP_DAC_OVERRIDE. linux/capability.h */
const inherits = new Uint8Array(new Uint32Array([0x02000001, 0, 1 << 1, 0, 0]).buffer)

interface Hostile {
  readonly fill: (layer: string) => void
  readonly config?: Config
}

const images: Readonly<Record<string, Hostile>> = {
  'attack-setuid': {
    fill: (layer) => {
      writeFileSync(join(layer, 'letter'), 'Dear Bob\n', { mode: 0o600 })
      for (const name of ['as-root', 'inheriting']) {
        mkdirSync(join(layer, name))
        copyFileSync(realpathSync('/bin/cat'), join(layer, name, 'cat'))
      }
      chmodSync(join(layer, 'as-root/cat'), 0o4755)
      call(lsetxattr(join(layer, 'inheriting/cat'), 'security.capability', inherits))
    },
  },
  'attack-engine': {
    // the libraries of the engine's program
    fill: (layer) => {
      const { libraries } = needsOf([realpathSync(process.execPath)])
      const home = dirname(realpathSync(libraries.find(({ name }) => name.startsWith('libc.'))!.path))
      mkdirSync(join(layer, home), { recursive: true })
      for (const { name, path } of libraries) copyFileSync(path, join(layer, home, name))
    },
  },
  'attack-node': {
    fill: (layer) => call(mknodat(C.AT_FDCWD, join(layer, 'kmsg'), C.S_IFCHR | 0o666, makedev(1, 11))),
  },
  'attack-fd': { fill: () => {}, config: { WorkingDir: '/proc/self/fd/3' } },
  'attack-null': {
    fill: (layer) => {
      mkdirSync(join(layer, 'dev'))
      symlinkSync('/proc/sys/kernel/core_pattern', join(layer, 'dev/null'))
    },
  },
}

export function makeAttackImages(): void {
  for (const [name, { fill, config }] of Object.entries(images)) makeImage(name, fill, config)
}
