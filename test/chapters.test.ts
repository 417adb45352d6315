// Every chapter, as a reader runs it: it shows what it says, and leaves the host as it was. Root is needed for all but
// the first; its experiments are the chapter's own, here only the evidence is looked at.

import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { changesSince, hostState } from './host-state.ts'

const folder = fileURLToPath(new URL('../chapters/', import.meta.url))
const isRoot = process.platform === 'linux' && process.geteuid?.() === 0

/** What must be seen, chapter by chapter: the attack that works, and then the same one that does not. */
const evidence: Readonly<Record<string, readonly RegExp[]>> = {
  '01-syscalls.ts': [/^Hello from a new process$/m, /ENOENT/, /syscall/],
  '02-chroot.ts': [
    /^escape —[\s\S]*chroot\("\."\) = 0[\s\S]*container │ PRETTY_NAME="(?!tiny)/m,
    /^pivot —[\s\S]*chroot\("\."\) = 0[\s\S]*container │ PRETTY_NAME="tiny/m,
  ],
  '03-namespaces.ts': [/I am process 1\n.*and see 1 in \/proc/, /nothing on \/mnt/, /container │ lo$/m],
  '04-cgroups.ts': [/exit status 137/, /killed for want of memory: 1/, /Cannot fork/, /dd: failed to open/],
  '05-overlay.ts': [
    /No such file or directory/,
    /is a character device 0:0/,
    /trusted\.overlay\.opaque: y/,
    /D \/srv\/sign/,
  ],
  '06-images.ts': [/401 Bearer/, /Wrong digest/, /← 206/, /images now: 0, layers: 0/],
  '07-network.ts': [/no way leads there/, /"hello, 172\.29\.0\.2"/, /"hello, 203\.0\.113\.1"/],
  '08-security.ts': [/done {5}mount a file system/, /refused {2}mount a file system/, /refused {2}open /],
  '09-gocker.ts': [/calls in all/, /I am process 1 of \d+, on [0-9a-f]{12}/],
  '10-supervisor.ts': [
    /killed by signal 13[\s\S]*in the pipe: \d+ bytes, and Alice waits/,
    /^parent —[\s\S]*Not us[\s\S]*that is us[\s\S]*exit code 7/m,
    /^one —[\s\S]*Zombies: 2[\s\S]*still there[\s\S]*Zombies: 0[\s\S]*exit code 143/m,
    /frame x, 1 bytes: 7/,
    /(process \d+): node[\s\S]*\1: memfd:gocker \(deleted\), \d\d? KB[\s\S]*In the log: one, two\. The exit code: 7/,
    /^crash —[\s\S]*a stranger’s child[\s\S]*Alice is gone, too/m,
  ],
  '11-terminal.ts': [
    /^pipes —[\s\S]*not a tty[\s\S]*\/dev\/pts\/\d+[\s\S]*through a pipe: nothing\n/m,
    /read at the other end {3}hello\\n[\s\S]*read at the other end {3}helo\\x7flo\\r/,
    /the one behind is still there\n.*the one in front has ended/,
    /^inject —[\s\S]*Mallory has typed[\s\S]*I am root of[\s\S]*Mallory is refused: E(PERM|IO)/m,
    /a file of Mallory’s choice\n.*TIOCGPTPEER gives the terminal/,
    /before +icrnl opost isig icanon echo\n.*meanwhile +-icrnl -opost[\s\S]*with 7\n.*after +icrnl/,
    /on Bob’s screen +read escape sequence[\s\S]*on Alice’s screen +still here/,
  ],
}

interface Result {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Run a chapter; `signalAt` sends it SIGINT as soon as it has written that. */
function run(file: string, args: readonly string[] = [], uid?: number, signalAt?: string): Promise<Result> {
  const child = spawn(process.execPath, [`${folder}${file}`, ...args], {
    uid,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1' },
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (bytes) => {
    const before = stdout
    stdout += bytes
    if (signalAt !== undefined && !before.includes(signalAt) && stdout.includes(signalAt))
      child.kill('SIGINT')
  })
  child.stderr.on('data', (bytes) => {
    stderr += bytes
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (status) => resolve({ status, stdout, stderr }))
  })
}

describe('the chapters', () => {
  it('are these', () => {
    expect(readdirSync(folder).filter((name) => /^\d\d-/.test(name))).toEqual(Object.keys(evidence))
  })

  describe.each(Object.keys(evidence))('%s', (file) => {
    it.skipIf(!isRoot)('shows its evidence and leaves the host as it was', async () => {
      const before = hostState()
      const { status, stdout, stderr } = await run(file)
      expect(stderr).toBe('')
      expect(status).toBe(0)
      for (const fact of evidence[file]!) expect(stdout).toMatch(fact)
      expect(await changesSince(before)).toEqual([])
    })

    it.skipIf(!isRoot)('leaves the host as it was when Ctrl-C is pressed in the middle', async () => {
      const before = hostState()
      const second = (await run(file, ['--help'])).stdout
        .split('\n')
        .filter((line) => /^ {2}\w/.test(line))[2]!
      const name = second.trim().split(/\s+/)[0]!
      await run(file, [], undefined, `\n${name} —`)
      expect(await changesSince(before)).toEqual([])
    })

    it('lists its experiments, and refuses one that it does not have', async () => {
      const { status, stdout } = await run(file, ['--help'])
      expect(status).toBe(0)
      expect(stdout).toContain(`npx tsx chapters/${file}`)
      const wrong = await run(file, ['no-such-experiment'])
      expect(wrong.status).toBe(1)
      expect(wrong.stderr).toMatch(/has no experiment "no-such-experiment"/)
    })

    const isForAll = file === '01-syscalls.ts'
    it.skipIf(!isRoot)(isForAll ? 'needs no root' : 'says in one sentence that it needs root', async () => {
      const { status, stderr } = await run(file, [], 65534)
      const refusal = `This chapter needs root. Run: sudo env "PATH=$PATH" npx tsx chapters/${file}\n`
      expect({ status, stderr }).toEqual(
        isForAll ? { status: 0, stderr: '' } : { status: 1, stderr: refusal },
      )
    })
  })
})
