// Whoever knows Docker asks for what Docker has. Each of its commands and flags is here, or it is told in one sentence
// why not. Docker's client says itself what it has; its engine need not run.

import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import type { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { absentCommand, absentFlag } from '../../src/cli/absent.ts'
import { commands } from '../../src/cli/commands.ts'
import { gocker } from './gocker.ts'

const docker = '/usr/bin/docker'

const listed = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, word]) => word!)
const helpOf = (words: readonly string[]) =>
  execFileSync(docker, [...words, '--help'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })

describe.skipIf(!existsSync(docker))('what Docker has (needs docker.io)', () => {
  it('is here or told of: its commands', () => {
    const asked = listed(helpOf([]), /^ {2}([a-z]+)\*? {2,}/gm)
    expect(asked).toContain('run')
    expect(asked.filter((word) => !commands[word] && !absentCommand('gocker', word))).toEqual([])
  })

  it('is here or told of: the flags of all commands that are here', async () => {
    const unknown: string[] = []
    let count = 0
    const look = (command: Command, path: readonly string[]) => {
      const help = helpOf(path.filter((word) => word !== 'seccomp'))
      const known = command.options.flatMap(({ short, long }) => [short, long])
      // that which goes on is what `--no-` switches off
      const isHere = (flag: string) =>
        [...known, '--help'].includes(flag) || known.includes(flag.replace('--', '--no-'))
      for (const flag of listed(help, /^ +(?:-[a-zA-Z], )?(--[a-z][\w-]+)/gm)) {
        count++
        if (!isHere(flag) && !absentFlag(['gocker', ...path].join(' '), flag))
          unknown.push([...path, flag].join(' '))
      }
      for (const child of command.commands)
        if (!ours.includes(child.name())) look(child, [...path, child.name()])
    }
    for (const [name, load] of Object.entries(commands))
      if (!ours.includes(name)) look((await load()).command(), [name])
    expect(unknown).toEqual([])
    expect(count).toBeGreaterThan(300)
  })

  it('is here or told of: the flags before the command', () => {
    const asked = listed(helpOf([]), /^ +(?:-[a-zA-Z], )?(--[a-z][\w-]+)/gm)
    expect(asked).toContain('--host')
    expect(asked.filter((flag) => flag !== '--version' && !absentFlag('gocker', flag))).toEqual([])
  })
})

/** Docker has no such commands. */
const ours = ['doctor', 'seccomp', 'service']

describe('what is not here', () => {
  it('is told in one sentence, with the exit code of a wrong flag', async () => {
    expect(await gocker('run', '--rm', '--gpus', 'all', 'tiny')).toMatchObject({
      status: 125,
      stdout: '',
      stderr: expect.stringMatching(
        /^gocker: --gpus is something of Docker's that is not here: .*--device\.\n$/,
      ),
    })
    const ipv6 = await gocker('run', '--ip6=fd00::2', 'tiny')
    expect(ipv6.stderr).toMatch(/^gocker: --ip6 is .*: IPv6 is off, .*\.\n$/)
    expect((await gocker('container', 'run', '--pid', 'host', 'tiny')).stderr).toMatch(/^gocker: --pid is /)
    expect((await gocker('-H', 'tcp://machine', 'ps')).stderr).toMatch(/^gocker: -H is .*no daemon/)
    expect(await gocker('build', '.')).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^gocker: build is /),
    })
  })

  it('for a slip of the fingers there is a guess', async () => {
    expect((await gocker('run', '--nmae', 'x', 'tiny')).stderr).toMatch(
      /^unknown flag: --nmae\nDid you mean --name\?\n\nUsage: {2}gocker run /,
    )
    expect((await gocker('rnu', 'tiny')).stderr).toMatch(
      /^gocker: unknown command: gocker rnu\nDid you mean run\?\n/,
    )
    expect((await gocker('ps', '--zzzzzz')).stderr).toMatch(/^unknown flag: --zzzzzz\n\nUsage/)
  })
})
