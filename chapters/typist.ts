// Mallory's program in the chapter on terminals. It gives up all rights that a container's root does not have, and then
// types on the terminal that is its standard input, with TIOCSTI: node chapters/typist.ts 'echo hello'. With a second
// word, it keeps its rights: node chapters/typist.ts 'echo hello' privileged

import { defaultCapabilities, processCapabilities } from '../src/security/capabilities.ts'
import { credentialSteps } from '../src/security/credentials.ts'
import { attempt } from '../src/syscall/call.ts'
import * as C from '../src/syscall/constants.ts'
import { errnoName } from '../src/syscall/errno.ts'
import { ioctl } from '../src/syscall/file.ts'
import { perform } from '../src/syscall/perform.ts'

const [line, privileged] = process.argv.slice(2)
if (privileged === undefined)
  perform(credentialSteps({ uid: 0, gid: 0, capabilities: processCapabilities(defaultCapabilities, 0) }))
const results = [...Buffer.from(`${line}\n`)].map((byte) => attempt(ioctl(0, C.TIOCSTI, Uint8Array.of(byte))))
const failed = results.find((result) => result < 0)
console.log(failed === undefined ? 'Mallory has typed' : `Mallory is refused: ${errnoName(-failed)}`)
