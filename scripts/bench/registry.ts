// A process of its own that serves an image layout: `node registry.ts FOLDER` prints where it listens.

import { startSmallRegistry } from '../../src/image/small-registry.ts'

const { host } = await startSmallRegistry(process.argv[2]!)
console.log(host)
