// Attach one container, say its address, and wait for the end.

import { attach } from '../../src/network/attach.ts'

console.log(attach({ mode: 'bridge' }).address)
process.stdin.resume()
