// The tests that a virtual machine runs (npm run test:vm): those that ask the kernel. What is the same on every kernel is
// left out, for an emulated machine takes ten times as long.
//
//   npx vitest run --config scripts/vm/vitest.config.ts --configLoader native [PART OF A FILE'S NAME …]

import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { report } from './report.ts'

/** By their full names. */
const leftOut = [
  'the chapters .*(Ctrl-C|lists its experiments|needs (no )?root)',
  // these take long, and ask nothing that the others do not
  'made of this machine’s own programs has all libraries',
  'twenty containers',
  // it wants a compiler, and the same numbers come out everywhere
  'beside libseccomp',
].join('|')

// biome-ignore lint/style/noDefaultExport: vitest asks for it
export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    include: [
      'test/{clone,namespaces,rootfs,overlay,cgroup,network,security,seccomp,chapters}.test.ts',
      'test/cli/{apparmor,limits,exec,userns,guest,every-way-in}.test.ts',
      'scripts/vm/console.test.ts',
    ],
    testNamePattern: `^(?!${leftOut})`,
    reporters: [report(new RegExp(`^(${leftOut})`))],
    fileParallelism: false,
    // an emulated machine beside other work
    env: { GOCKER_TEST_PATIENCE: '300000' },
    testTimeout: 900_000,
    hookTimeout: 900_000,
  },
})
