import { defineConfig } from 'vitest/config'
import { skips } from './test/skips.ts'

// biome-ignore lint/style/noDefaultExport: vitest asks for it
export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    reporters: ['default', skips()],
    // the kernel is one for all: bridges, cgroups and mounts are compared before and after
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // elsewhere than at one's desk a chance failure is named at the end, and does not stop everybody's work
    retry: process.env.CI ? 1 : 0,
  },
})
