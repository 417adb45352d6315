// How the commands of a page are run: in one shell, one after the other, with all that they print, and never for ever.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { consoleBlocks, type Outcome, startSession } from '../../scripts/tutorial/console/session.ts'
import { parsePage } from '../../scripts/tutorial/page.ts'

const root = mkdtempSync(join(tmpdir(), 'gocker-session-'))
afterAll(() => rmSync(root, { recursive: true }))
const isRoot = process.geteuid?.() === 0

/** Run the console blocks of a page with this text in an empty project. */
async function run(markdown: string, limit?: number): Promise<{ outcomes: Outcome[]; left: string[] }> {
  const page = parsePage('page.md', markdown)
  const session = startSession(root, page, limit)
  const outcomes: Outcome[] = []
  for (const one of consoleBlocks(page)) outcomes.push(...(await session.run(one)))
  return { outcomes, left: await session.close() }
}

const block = (text: string, info = '') => `\`\`\`console${info}\n${text}\n\`\`\`\n`
const faultsOf = (outcomes: readonly Outcome[]) => outcomes.map(({ fault }) => fault)

describe.runIf(process.platform === 'linux')('the commands of a page', () => {
  it('run in one shell, from block to block', async () => {
    const { outcomes, left } = await run(
      [
        '# A page',
        block('$ cd /usr; fruit=apple\n$ false'),
        block('$ echo $fruit $? $PWD\napple 1 /usr\n$ (sleep 0.2; echo late) & wait\nlate'),
      ].join('\n'),
    )
    expect(faultsOf(outcomes)).toEqual([undefined, undefined, undefined, undefined])
    expect(outcomes.map(({ line }) => line)).toEqual([3, 4, 8, 10])
    expect(left).toEqual([])
  })

  it('print what they print and complain about in one stream, and read no other command', async () => {
    const { outcomes } = await run(
      block(
        '$ echo one; echo two >&2; echo three\none\ntwo\nthree\n$ cat; printf "no newline"\nno newline\n' +
          '$ no-such-command\nbash: no-such-command: command not found\n$ echo one \\\n  apple\none apple',
      ),
    )
    expect(faultsOf(outcomes)).toEqual([undefined, undefined, undefined, undefined])
  })

  it('see a terminal of 80 columns without colour, and folders of their own', async () => {
    const { outcomes } = await run(
      block(
        '$ echo $NO_COLOR $COLUMNS $TERM $LANG\n1 80 dumb C.UTF-8\n$ echo $HOME $GOCKER_ROOT\n…/home …/gocker',
      ),
    )
    expect(faultsOf(outcomes)).toEqual([undefined, undefined])
    expect(outcomes[1]!.printed).not.toContain(process.env.HOME!)
  })

  it('are wrong if they print something else, and it is shown what', async () => {
    const { outcomes } = await run(
      block('$ printf "apple\\npear\\nplum\\n"\n…\npear\ncherry\n$ echo still here\nstill here'),
    )
    expect(faultsOf(outcomes)).toEqual([
      'page.md:2: $ printf "apple\\npear\\nplum\\n"\n' +
        'prints something else (- is what the page says, + what it printed):\n' +
        '  …\n+ apple\n  pear\n- cherry\n+ plum',
      undefined,
    ])
  })

  it('are wrong if they print what the page does not show', async () => {
    const { outcomes } = await run(block('$ echo apple'))
    expect(faultsOf(outcomes)).toEqual([expect.stringMatching(/\n\+ apple$/)])
  })

  it('are ended when they take too long, and those behind them are not run', async () => {
    const { outcomes, left } = await run(block('$ echo begun; sleep 1000\n$ echo two\ntwo'), 500)
    expect(faultsOf(outcomes)).toEqual([
      'page.md:2: $ echo begun; sleep 1000\nit did not end within 0.5 seconds, and had printed:\nbegun\n',
      'page.md:3: $ echo two\nwas not run, for the command in line 2 was the last one of this shell.',
    ])
    expect(left).toEqual([])
  })

  it('may not end the shell', async () => {
    const { outcomes } = await run(block('$ exit 3\n$ echo two\ntwo'))
    expect(faultsOf(outcomes)).toEqual([
      'page.md:2: $ exit 3\nthe shell itself has ended',
      expect.stringMatching(/was not run/),
    ])
  })

  it('may not leave anything running', async () => {
    const { outcomes, left } = await run(block('$ sleep 1000 &\n…'))
    expect(faultsOf(outcomes)).toEqual([undefined])
    expect(left).toEqual(['+ process in the background: sleep 1000'])
  })

  it('that are for another kernel are not run, and the kernel is named as the reason', async () => {
    const { outcomes } = await run(
      block('$ echo v1\nv1', ' cgroup=v1') + block('$ echo v2\nv2', ' cgroup=v2'),
    )
    expect(faultsOf(outcomes)).toEqual([undefined, undefined])
    expect(outcomes.flatMap(({ skipped }) => skipped ?? [])).toEqual([
      expect.stringMatching(/^needs cgroup v[12], and the kernel here has v[12] in use$/),
    ])
    expect(outcomes.flatMap(({ printed }) => printed?.trim() ?? [])).toHaveLength(1)
  })

  it.runIf(isRoot)('of root are not run by others', async () => {
    const { outcomes } = await run(block('# id -u\n0'))
    expect(outcomes[0]!.printed).toBe('0\n')
    process.seteuid!(65534)
    try {
      const others = await run(block('# id -u\n0\n$ echo all\nall'))
      expect(others.outcomes.map(({ skipped }) => skipped)).toEqual([
        'needs root: its commands have the prompt #',
        undefined,
      ])
    } finally {
      process.seteuid!(0)
    }
  })
})
