// Runs in a process of its own: makes two layers, starts Alice's shell and then Bob's in what `enter` leads to, and
// reports what was seen inside and what is there afterwards. The directory is removed at the end.

import { existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { outputOf } from '../../../../chapters/ask.ts'
import { makeTiny } from '../../../../src/rootfs/tiny.ts'
import { CLONE_NEWNS } from '../../../../src/syscall/constants.ts'
import { execve } from '../../../../src/syscall/process.ts'
import { report } from '../../../kit.ts'
import { enter } from './exercise.ts'

const home = mkdtempSync(join(tmpdir(), 'gocker-exercise-'))
process.on('exit', () => rmSync(home, { recursive: true, force: true }))
const directory = (...names: string[]) => {
  const path = join(home, ...names)
  mkdirSync(path, { recursive: true })
  return path
}
const mounts = () => readFileSync('/proc/self/mounts', 'utf8')

const [system, shop] = [directory('system'), directory('shop')]
makeTiny(system)
directory('shop', 'srv')
for (const name of ['apple', 'pear']) writeFileSync(join(shop, 'srv', name), '1 euro\n')

function shell(name: string, script: string): string[] {
  const [upper, work, root] = [directory(name, 'upper'), directory(name, 'work'), directory(name, 'root')]
  const calls = enter({ layers: [shop, system], upper, work, root })
  // a list that does not change the root would let the script loose on the host: it stops at the first line then
  const careful = `test ! -e /proc/1/root -a -e /srv/pear || { echo not in the tree; exit; }; ${script}`
  const program = execve('/bin/sh', ['sh', '-c', careful], ['PATH=/bin:/sbin:/usr/bin:/usr/sbin'])
  return outputOf(CLONE_NEWNS, [...calls, program])
    .trim()
    .split('\n')
}

const before = mounts()
const alice = shell(
  'alice',
  'rm /srv/apple; echo 2 euro > /srv/kiwi; cd /srv; echo *; test -e /etc/os-release && echo a system',
)
const bob = shell('bob', 'cd /srv; echo *')
const whiteout = join(home, 'alice', 'upper', 'srv', 'apple')

report({
  alice,
  bob,
  layer: existsSync(join(shop, 'srv', 'apple')) && !existsSync(join(shop, 'srv', 'kiwi')),
  kiwi: existsSync(join(home, 'alice', 'upper', 'srv', 'kiwi')),
  whiteout: existsSync(whiteout) && lstatSync(whiteout).isCharacterDevice(),
  host: mounts() === before,
})
