// How vitest runs the checks of the exercises, for the workshop, and for `npx vitest --config scripts/workshop/vitest.config.ts`.

import { defineConfig } from 'vitest/config'

// biome-ignore lint/style/noDefaultExport: vitest asks for it
export default defineConfig({
  test: {
    include: ['tutorial/**/check.test.ts'],
    // a check that makes cgroups or network interfaces shall be alone with the kernel
    fileParallelism: false,
    // factsOf in tutorial/kit.ts gives up on its program before that, with a better message
    testTimeout: 30_000,
    // run by root once, it would leave files that others cannot write
    cache: false,
    // a message shows the value whole, up to a length that can still be read
    chaiConfig: { truncateThreshold: 200 },
  },
})
