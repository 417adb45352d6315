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

const run = new Command('run')
  .option('--rm')
  .option('-i, --interactive')
  .option('-d, --detach')
  .option('-n, --name <name>')

it.each([
  ['run --name x --rm=true tiny', 'run --name x --rm tiny'],
  ['run -in x --rm=false tiny', 'run -in x tiny'],
  ['run --name --rm=true tiny --rm=true', 'run --name --rm=true tiny --rm=true'],
  ['run -d=true -i=false tiny -d=true', 'run -d tiny -d=true'],
  ['run -nx=true tiny', 'run -nx=true tiny'],
  ['run --ipc private --cgroupns=private --uts= tiny --ipc private', 'run tiny --ipc private'],
  ['run --disable-content-trust --sig-proxy=true --rm tiny', 'run --rm tiny'],
  ['run --oom-kill-disable=false tiny', 'run tiny'],
  ['run --oom-kill-disable --sig-proxy=false tiny', 'run --oom-kill-disable --sig-proxy=false tiny'],
  ['run --ipc host --pid= tiny', 'run --ipc host --pid= tiny'],
])('%s is %s', (given, plain) =>
  expect(plainSwitches(run, given.split(' '), 'gocker run')).toEqual(plain.split(' ')),
)

it('what is for the program in a container stays as it is', () => {
  const words = 'run --rm=true tiny prog --rm=false'.split(' ')
  expect(plainSwitches(run, words)).toEqual('run --rm tiny prog --rm=false'.split(' '))
})
