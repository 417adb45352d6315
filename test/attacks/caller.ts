// Attacks on whoever starts a container: the terminal, the environment, the keys, and the other users of the host.

import { chmodSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as C from '../../src/syscall/constants.ts'
import { ioctl, openat } from '../../src/syscall/file.ts'
import { named, syscall } from '../../src/syscall/syscall.ts'
import { attacks, type Protection, type Seen, type Stage, says } from './attack.ts'
import { memory, numbered } from './calls.ts'
import { after, type Host, secret } from './host.ts'
import { setting } from './machine.ts'
import { place, program } from './place.ts'
import { listed, seccomp } from './protections.ts'
import { spawnCommand } from './spawn.ts'

/** TIOCSTI: as if this had been typed. ioctl_tty(2) */
const type = (fd: number, letter: string) => ioctl(fd, 0x5412, new TextEncoder().encode(letter))

const ownKeyring = listed('keyring of its own', 'a list without that step', ({ steps }) =>
  steps.filter(({ call }) => call.name !== 'keyctl'),
)

/** KEY_SPEC_SESSION_KEYRING */
const session = -3

const folderModes: Protection = {
  layer: 'folders that are root’s own',
  without: 'the same folders with mode 0755',
}

export const caller = attacks(
  {
    name: 'type into the terminal of whoever started it',
    cve: 'CVE-2016-9016',
    tries: 'puts a command into the input of the terminal, for the shell that comes after: TIOCSTI',
    stoppedBy: [
      listed(
        'session of its own, and no terminal of others',
        'a list without setsid, and with the caller’s own input',
        ({ steps }) => steps.filter(({ call }) => call.name !== 'setsid' && call.name !== 'dup3'),
      ),
    ],
    left: 'dev.tty.legacy_tiocsti at 0, where the host has set it',
    missing: () => setting('dev/tty/legacy_tiocsti') === '0' && 'this kernel lets nobody type for others',
    around: inTerminal,
    attack: () => {
      const terminal = openat(C.AT_FDCWD, '/dev/tty', C.O_RDWR)
      return {
        calls: [
          type(0, ' '),
          type(1, ' '),
          type(2, ' '),
          terminal,
          ioctl(terminal, 0x5412, new Uint8Array([32])),
        ],
      }
    },
    gotThrough: ({ results: [first, second, third, , last] }) =>
      [first, second, third, last].some((one) => one! >= 0),
  },
  {
    name: 'the environment of whoever started it',
    tries: 'looks for passwords in her environment',
    stoppedBy: [
      listed('environment made anew', 'a list whose execve gets that of the engine', ({ steps }) =>
        steps.map((step) => {
          if (step.call.name !== 'execve') return step
          const env = Object.entries(process.env).map((pair) => pair.join('='))
          return { ...step, call: { ...step.call, args: [...step.call.args.slice(0, 2), named('all', env)] } }
        }),
      ),
    ],
    left: 'nothing',
    around: (command) => ['env', `SECRET=${secret}`, ...command],
    attack: () => ({ script: 'env' }),
    gotThrough: says(secret),
  },
  {
    name: 'the keys of the session',
    tries: 'reads a key from the keyring of the session in which the engine was started: keyctl(2)',
    stoppedBy: [ownKeyring, seccomp],
    left: 'nothing',
    around: (command, host) =>
      after(
        host,
        [
          syscall('keyctl', 1, 'attack'),
          numbered(248, 217, 'user', 'mallory', secret, secret.length, session),
        ],
        command,
      ),
    attack: () => {
      const key = syscall('keyctl', 10, session, 'user', 'mallory', 0)
      const text = memory()
      return { calls: [key, text, syscall('keyctl', 11, key, text, 100), syscall('write', 1, text, 100)] }
    },
    gotThrough: says(secret),
  },
  {
    name: 'containers of others, as an ordinary user of the host',
    tries: 'reads what is noted of a container, with its environment',
    stoppedBy: [folderModes],
    left: 'the mode 0600 of each file, which is written down apart',
    attack: {
      does: (stage) => asUser(stage, (home) => ['cat', join(home, 'config.json'), join(home, 'hosts')]),
    },
    gotThrough: says('127.0.0.1'),
  },
  {
    name: 'a setuid program from a container, on the host',
    cve: 'CVE-2021-41091',
    tries: 'leaves a program of root’s in her container, and starts it outside as an ordinary user',
    stoppedBy: [folderModes],
    left: 'nothing: files in a container belong to the same root as on the host',
    attack: {
      does: (stage) =>
        asUser(stage, (home) => [
          ...['sh', '-c', '"$0" "$1"'],
          ...[join(home, 'upper/gift'), join(stage.host.directory, 'secret')],
        ]),
    },
    gotThrough: says(secret),
  },
  {
    name: 'give orders to a container of another',
    cve: 'CVE-2020-15257',
    tries: 'as an ordinary user of the host, connects with the socket of its supervisor',
    stoppedBy: [folderModes],
    left: 'the mode of the socket itself',
    attack: {
      does: (stage) =>
        asUser(stage, (home) => [
          process.execPath,
          '-e',
          `process.chdir(${JSON.stringify(home)}); require('net').connect('supervisor.sock').on('connect', () => { console.log('connected'); process.exit() }).on('error', (e) => console.log(e.code))`,
        ]),
    },
    gotThrough: says('connected'),
  },
)

/** The command in a terminal of its own; its output goes to a file past it, byte for byte. */
function inTerminal(command: readonly string[], { directory }: Host): string[] {
  const script = join(directory, 'start')
  const out = join(directory, 'out')
  const quoted = command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ')
  writeFileSync(script, `${quoted} > ${out}\n`)
  return ['sh', '-c', `script -qec 'sh ${script}' /dev/null > /dev/null < /dev/null; cat ${out}`]
}

/** What a user of the host gets who does this while a container runs. */
async function asUser({ host, isOff }: Stage, command: (home: string) => readonly string[]): Promise<Seen> {
  const name = host.token.slice(0, 60)
  const leave = 'cp /bin/cat /gift && chmod 4755 /gift; sleep 1000'
  const run = ['run', '-d', '--name', name, '--network', 'none', 'tiny', 'sh', '-c', leave]
  const { stdout } = await spawnCommand([program, ...run])
  const home = place('containers', stdout.trim())
  // the folder of the tests is closed to others as a whole, which /var/lib is not
  const opened = [place(), ...(isOff(folderModes) ? [place('containers'), home, join(home, 'upper')] : [])]
  const modes = opened.map((path) => [path, statSync(path).mode] as const)
  try {
    for (let i = 0; i < 100 && !readdirSync(join(home, 'upper')).includes('gift'); i++)
      await new Promise((resolve) => setTimeout(resolve, 50))
    chmodSync(host.directory, 0o755)
    for (const path of opened) chmodSync(path, 0o755)
    if (isOff(folderModes) && readdirSync(home).includes('supervisor.sock'))
      chmodSync(join(home, 'supervisor.sock'), 0o777)
    return { ...(await spawnCommand(command(home), { uid: 1979 })), results: [] }
  } finally {
    for (const [path, mode] of modes.slice(1)) chmodSync(path, mode & 0o7777)
    await spawnCommand([program, 'rm', '-f', name])
  }
}
