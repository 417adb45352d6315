// npm start: the main job, on what every Linux machine has. The image `tiny` is made of this machine's own programs, a
// container runs from it, and the same questions are asked on the host and inside. On a terminal it ends in a shell
// in a container. The container is gone afterwards; what stays is the image (gocker rmi tiny) and, as with Docker,
// the bridge gocker0 (gocker system prune).

import { execFileSync, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import chalk from 'chalk'

const gocker = fileURLToPath(new URL('../src/cli/gocker', import.meta.url))

/** What is asked, and how: the same lines for a shell on both sides. */
const questions: readonly (readonly [about: string, script: string])[] = [
  ['hostname', 'cat /proc/sys/kernel/hostname'],
  ['processes', 'ls -d /proc/[0-9]* | wc -l'],
  ['process 1', 'cat /proc/1/comm'],
  ['root', "grep ' / ' /proc/mounts | tail -n 1 | cut -d' ' -f3"],
  ['mounts', 'wc -l < /proc/mounts'],
  ['network', "ls /sys/class/net | tr '\\n' ' '"],
  ['memory', 'cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null'],
  ['pids', 'cat /sys/fs/cgroup/pids.max /sys/fs/cgroup/pids/pids.max 2>/dev/null'],
  ['rights', 'grep CapEff /proc/self/status | cut -f2'],
]

const limits = ['--memory', '64m', '--pids-limit', '50', '--cpus', '0.5']

const obstacle = obstacleHere()
if (obstacle === undefined) start()
else refuse(obstacle)

/** What keeps this machine from running containers, with what to do instead. */
function obstacleHere(): string | undefined {
  if (process.platform !== 'linux') {
    return 'Containers are made of the Linux kernel, and this system has another one. A virtual machine has it: scripts/vm/README.md'
  }
  if (process.geteuid?.() !== 0) return 'Containers need root. Run: sudo env "PATH=$PATH" npm start'
  return undefined
}

function start(): void {
  const script = questions.map(([, question]) => question).join('\necho --\n')
  say('The image `tiny`, made of this machine’s own programs:')
  run(['pull', '--quiet', 'tiny'])
  run(['images'])
  say('A container from it, with limits. The same questions, asked on the host and inside:')
  const command = ['run', '--rm', ...limits, 'tiny', 'sh', '-c']
  show(`gocker ${command.join(' ')} '…'`)
  const outside = answers(execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8' }))
  const inside = answers(
    execFileSync(gocker, [...command, script], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }),
  )
  table(outside, inside)
  if (process.stdin.isTTY && process.stdout.isTTY) {
    say('And a shell in a container. Look around; `exit` leaves it.')
    run(['run', '--rm', '-it', ...limits, 'tiny'])
  }
  say('Next: gocker run --explain tiny (every call behind this), and chapters/01-syscalls.ts')
}

function answers(output: string): string[] {
  return output.split('--\n').map((text) => readable(text.trim().split('\n').pop() ?? ''))
}

/** Numbers as people say them: no limit is a very large one on cgroup v1. */
function readable(text: string): string {
  if (/^[0-9a-f]{16}$/.test(text))
    return `${[...BigInt(`0x${text}`).toString(2)].filter((bit) => bit === '1').length} capabilities`
  const number = Number(text)
  if (text === 'max' || text === '' || number > 2 ** 60) return 'no limit'
  return number > 2 ** 20 ? `${number / 2 ** 20} MiB` : text
}

function table(outside: readonly string[], inside: readonly string[]): void {
  const width = Math.max(...outside.map((text) => text.length), 12) + 4
  process.stdout.write(
    `\n  ${''.padEnd(12)}${chalk.cyan('this host'.padEnd(width))}${chalk.magenta('the container')}\n`,
  )
  for (const [i, [about]] of questions.entries()) {
    process.stdout.write(`  ${chalk.dim(about.padEnd(12))}${outside[i]!.padEnd(width)}${inside[i]}\n`)
  }
}

function run(args: readonly string[]): void {
  show(`gocker ${args.join(' ')}`)
  spawnSync(gocker, args, { stdio: 'inherit' })
}

function say(text: string): void {
  process.stdout.write(`\n${chalk.bold(text)}\n`)
}

function show(command: string): void {
  process.stdout.write(chalk.dim(`  $ ${command}\n`))
}

function refuse(message: string): void {
  process.stderr.write(`${message}\n`)
  process.exitCode = 1
}
