// The first module: from here on, what Node has compiled once it finds in its cache.

import { enableCompileCache } from 'node:module'

enableCompileCache()
await import('./main.ts')
