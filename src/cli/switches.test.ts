import { Command } from 'commander'
import { expect, it } from 'vitest'
import { plainSwitches } from './switches.ts'

const commit = () =>
  new Command('commit')
    .option('-p, --pause')
    .option('--no-pause')
    .option('--force')
    .option('-m, --message <text>')

it.each([
  ['commit --pause=false c', 'commit --no-pause c'],
  ['commit c --pause=true', 'commit c --pause'],
  ['commit --force=false c', 'commit c'],
  ['commit --message=true c', 'commit --message=true c'],
  ['commit --unknown=true c', 'commit --unknown=true c'],
  ['commit -- --pause=true', 'commit -- --pause=true'],
])('%s is %s', (given, plain) => expect(plainSwitches(commit(), given.split(' '))).toEqual(plain.split(' ')))

it('what is for the program in a container stays as it is', () => {
  const run = new Command('run').option('--rm').option('-i, --interactive')
  const words = 'run --rm=true tiny prog --rm=false'.split(' ')
  expect(plainSwitches(run, words)).toEqual('run --rm tiny prog --rm=false'.split(' '))
})
