// npm pack: Node runs TypeScript only outside node_modules, so what is published is compiled: the command line into one
// file, and the thread that unpacks layers into another beside it.

import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))

await build({
  absWorkingDir: root,
  entryPoints: { main: 'src/cli/main.ts', 'unpack-worker': 'src/image/unpack-worker.ts' },
  outdir: 'dist',
  outExtension: { '.js': '.cjs' },
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node24',
  external: ['ffi-rs'],
  supported: { 'dynamic-import': false },
  // in CommonJS a file knows its path, and not its URL
  banner: { js: "const importMetaUrl = require('node:url').pathToFileURL(__filename).href" },
  define: { 'import.meta.url': 'importMetaUrl' },
  logLevel: 'warning',
})
