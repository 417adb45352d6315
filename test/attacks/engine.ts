// Attacks on the engine while it works on a container: copying, executing, printing.

import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { attacks, type Protection, type Seen, type Stage, says } from './attack.ts'
import { secret } from './host.ts'
import { place, program } from './place.ts'
import { spawnCommand } from './spawn.ts'

const inRoot: Protection = {
  layer: 'paths looked up inside the root',
  without: 'the same path by way of the host, as /proc/PID/root…',
}

const ownFormat: Protection = {
  layer: 'control characters named',
  without: 'the same text as it is, which is what programs that read a pipe get',
}

const nameRules: Protection = {
  layer: 'rules for names',
  without: 'the name joined with the folder as it is',
}

const logSize: Protection = {
  layer: 'size of the log',
  without: '--log-opt max-size=-1, which is what Docker does',
  off: ['--log-opt', 'max-size=-1'],
}

const pieces: Protection = {
  layer: 'trees cut into pieces before they are removed',
  without: 'each directory held open on the way down, as rm(1) and Node have it',
}

const boundedNames: Protection = {
  layer: 'a limit of what is read of /etc/hosts',
  without: 'the file read to its end, as it is',
}

const gocker = (...words: string[]) => spawnCommand([program, ...words])

const inMemory: Protection = {
  layer: 'a program in memory before the program',
  without: 'the list made to its end by Node itself',
  direct: true,
}

export const engine = attacks(
  {
    name: 'the program of the engine itself',
    cve: 'CVE-2019-5736',
    tries:
      'has /proc/self/exe as her program, which is then the file of the engine, with libraries of hers: they can write over it',
    stoppedBy: [inMemory],
    left: 'nothing: whoever starts the next container runs what she wrote, as root of the host',
    shownBy:
      'the file is opened for reading alone, which is what keeps it until nobody runs it and it can be written to',
    image: 'attack-engine',
    attack: {
      does: ({ run }) =>
        run([], {
          command: [
            '/proc/self/exe',
            '-e',
            'const fs = require("fs"); fs.openSync("/proc/self/exe"); console.log("opened", fs.readlinkSync("/proc/self/exe"))',
          ],
        }),
    },
    gotThrough: says(`opened ${realpathSync(process.execPath)}`),
  },
  {
    name: 'be copied out with a link',
    cve: 'CVE-2018-15664',
    tries: 'makes a link to a file of the host, and waits for someone to copy it out of her container',
    stoppedBy: [inRoot],
    left: 'nothing: who copies is root of the host',
    attack: {
      does: (stage) =>
        withContainer(stage, `ln -s ${stage.host.directory} /link`, async (name, pid) => {
          if (stage.isOff(inRoot)) return ended(tryRead(`/proc/${pid}/root/link/secret`))
          const { stdout, stderr } = await gocker('cp', `${name}:/link/secret`, '-')
          return ended(stdout + stderr)
        }),
    },
    gotThrough: says(secret),
  },
  {
    name: 'be copied into by a link',
    cve: 'CVE-2019-14271',
    tries: 'makes a link to a directory of the host, and waits for someone to copy into it',
    stoppedBy: [inRoot],
    left: 'nothing: who copies is root of the host',
    attack: {
      does: (stage) =>
        withContainer(stage, `ln -s ${stage.host.directory} /link`, async (name, pid) => {
          const gift = join(stage.host.directory, 'gift')
          writeFileSync(gift, 'x')
          if (stage.isOff(inRoot)) writeFileSync(`/proc/${pid}/root/link/arrived`, 'x')
          else await gocker('cp', gift, `${name}:/link/arrived`)
          return ended(readdirSync(stage.host.directory).join(' '))
        }),
    },
    gotThrough: says('arrived'),
  },
  {
    name: 'a volume that takes files of the host along',
    cve: 'CVE-2022-23648',
    tries: 'makes an image that has a link where its volume begins; the volume is filled with what is there',
    stoppedBy: [inRoot],
    left: 'nothing: who fills it is root of the host',
    attack: {
      does: async (stage) => {
        const { host } = stage
        const { makeImage } = await import('../cli/image.ts')
        const name = `volume-${host.pid}`
        let link = ''
        makeImage(name, (layer) => {
          link = join(layer, 'data')
          symlinkSync(host.directory, link)
        })
        if (stage.isOff(inRoot)) return ended(tryRead(join(link, 'secret')))
        const flags = ['--rm', '--network', 'none', '-v', `v-${host.pid}:/data`]
        const { stdout, stderr } = await gocker('run', ...flags, name, 'cat', '/data/secret')
        await gocker('volume', 'rm', `v-${host.pid}`)
        return ended(stdout + stderr)
      },
    },
    gotThrough: says(secret),
  },
  {
    name: 'users of the host in place of her own',
    cve: 'CVE-2024-9676',
    tries: 'makes an image that has /etc/passwd as a link to a file of the host, for the engine to read',
    stoppedBy: [inRoot],
    left: 'a limit of what is read at once',
    attack: {
      does: async (stage) => {
        const { host } = stage
        const file = join(host.directory, 'passwd')
        writeFileSync(file, 'alice:x:4711:4711::/:/bin/sh\n')
        const { makeImage } = await import('../cli/image.ts')
        const name = `users-${host.pid}`
        let link = ''
        makeImage(name, (layer) => {
          mkdirSync(join(layer, 'etc'))
          link = join(layer, 'etc/passwd')
          symlinkSync(file, link)
        })
        if (stage.isOff(inRoot)) return ended(tryRead(link))
        const { stdout } = await gocker('run', '--rm', '--network', 'none', '-u', 'alice', name, 'id', '-u')
        return ended(stdout)
      },
    },
    gotThrough: says('4711'),
  },
  {
    name: 'a container named ../..',
    cve: 'CVE-2014-9358',
    tries: 'has the engine look for a container, or an image, outside of its folders',
    stoppedBy: [nameRules],
    left: 'the check that what is there is a container',
    attack: {
      does: async ({ host, isOff }) => {
        const name = `../prey/${host.token}/secret`
        if (isOff(nameRules)) return ended(tryRead(join(place('containers'), name)))
        const commands = [
          ['inspect', name],
          ['rm', '-f', name],
          ['run', '--name', name, 'tiny'],
          ['logs', name],
        ]
        const said = await Promise.all(commands.map((words) => gocker(...words)))
        return ended(said.map(({ stdout, stderr }) => stdout + stderr).join(''))
      },
    },
    gotThrough: says(secret),
  },
  {
    name: 'a label that steers the terminal',
    cve: 'CVE-2021-25743',
    tries:
      'makes an image that has control characters in labels, which the terminal obeys when they are shown',
    stoppedBy: [ownFormat],
    left: 'what the terminal itself refuses; the output of the program is the program’s, and is shown as it is',
    attack: {
      does: async (stage) => {
        const name = `label-${stage.host.pid}`
        const steers = '\x1b]0;Mallory was here\x07'
        await gocker(
          'create',
          '--name',
          name,
          '--network',
          'none',
          '-l',
          `x=${steers}`,
          '-e',
          `X=${steers}`,
          'tiny',
        )
        const commands = [
          `${program} ps -a --format '{{.Labels}}'`,
          `${program} inspect ${name}`,
          `${program} inspect --format '{{.Config.Env}}' ${name}`,
          `${program} run --rm tiny /no\x9b31mwhere`,
        ].join('; ')
        const shown = await spawnCommand(
          stage.isOff(ownFormat) ? ['sh', '-c', commands] : ['script', '-qec', commands, '/dev/null'],
        )
        await gocker('rm', name)
        return ended(shown.stdout)
      },
    },
    gotThrough: says('\x1b]0;Mallory'),
  },
  {
    name: 'a log without end',
    tries: 'writes to its standard output until the disk of the host is full',
    stoppedBy: [logSize],
    left: 'nothing: the log lies on the host’s disk',
    attack: {
      does: async (stage) => {
        const name = `log-${stage.host.pid}`
        const flags = stage.isOff(logSize) ? logSize.off! : []
        const write = "head -c 120000000 /dev/zero | tr '\\0' x"
        const { stdout } = await gocker(
          'run',
          '-d',
          '--name',
          name,
          '--network',
          'none',
          ...flags,
          'tiny',
          'sh',
          '-c',
          write,
        )
        await gocker('wait', name)
        const home = place('containers', stdout.trim())
        const sizes = readdirSync(home)
          .filter((file) => file.includes('-json.log'))
          .map((file) => statSync(join(home, file)).size)
        await gocker('rm', '-f', name)
        return ended(String(sizes.reduce((a, b) => a + b, 0)))
      },
    },
    gotThrough: ({ stdout }) => Number(stdout) > 110_000_000,
  },
  {
    name: 'a terminal of the host',
    tries:
      'makes an image that has /dev as a link, and has it lead to the /dev of the host when her container runs: whoever works in there with a terminal gives her one of the host',
    stoppedBy: [inRoot],
    left: 'the check that there are terminals: nothing else is opened',
    attack: {
      does: async (stage) => {
        const { makeImage } = await import('../cli/image.ts')
        const image = `dev-${stage.host.pid}`
        makeImage(image, (layer) => {
          mkdirSync(join(layer, 'behind'))
          symlinkSync('behind', join(layer, 'dev'))
        })
        const lead = 'rm /dev && ln -s /dev /dev'
        const use = async (name: string, pid: string) => {
          if (stage.isOff(inRoot)) return ended(`on ${statSync(`/proc/${pid}/root/dev/pts`).dev}`)
          return ended(
            (await gocker('exec', '-t', name, 'stat', '-L', '-c', 'on %d', '/proc/self/fd/0')).stdout,
          )
        }
        return await withContainer(stage, lead, use, image)
      },
    },
    gotThrough: ({ stdout }) => stdout.includes(`on ${statSync('/dev/pts').dev}`),
  },
  {
    name: 'a list of names without end',
    tries:
      'makes her /etc/hosts longer than any memory, where the engine writes who is beside her: then nobody can start there, or end',
    stoppedBy: [boundedNames],
    left: 'nothing: every command notes the end of those that have ended, and fails there',
    attack: {
      does: async ({ host, isOff }) => {
        const [name, network] = [`names-${host.pid}`, `names-net-${host.pid}`]
        const grow = 'dd if=/dev/zero of=/etc/hosts bs=1 count=1 seek=600M && echo grown; sleep 1000'
        await gocker('network', 'create', network)
        const words = ['run', '-d', '--name', name, '--network', network, 'tiny', 'sh', '-c', grow]
        const id = (await gocker(...words)).stdout.trim()
        const hosts = place('containers', id, 'hosts')
        for (let i = 0; i < 400 && statSync(hosts).size < 600 * 2 ** 20; i++)
          await new Promise((resolve) => setTimeout(resolve, 25))
        try {
          if (isOff(boundedNames)) return ended(tryRead(hosts))
          const { status } = await gocker('run', '--rm', '--network', network, 'tiny', 'true')
          return ended(status === 0 ? 'started' : 'ERR')
        } finally {
          await gocker('rm', '-f', name)
          await gocker('network', 'rm', network)
        }
      },
    },
    gotThrough: says(/^ERR/),
  },
  {
    name: 'files too deep to be removed',
    tries:
      'makes directories within each other, more than a process may hold open, so that what she wrote can never be taken away',
    stoppedBy: [pieces],
    left: 'the limit of open files, where it is so high that she has no patience for it',
    attack: {
      does: async ({ host, isOff }) => {
        const name = `deep-${host.pid}`
        const words = ['run', '--name', name, '--network', 'none', 'tiny', 'sh', '-c']
        await gocker(...words, 'mkdir -p $(yes d/ | head -400 | tr -d "\\n")')
        const { stdout } = await gocker('inspect', '--format', '{{.Id}}', name)
        const home = place('containers', stdout.trim())
        const remove = isOff(pieces)
          ? [process.execPath, '-e', `fs.rmSync(${JSON.stringify(home)}, { recursive: true })`]
          : [program, 'rm', name]
        await spawnCommand(['sh', '-c', 'ulimit -n 200; exec "$@"', 'sh', ...remove])
        const left = existsSync(home) ? 'still there' : 'gone'
        // not by prune: others are at work in this root, whose containers have ended as well
        if (isOff(pieces)) await spawnCommand(['rm', '-rf', home])
        return ended(left)
      },
    },
    gotThrough: says('still there'),
  },
)

const ended = (stdout: string): Seen => ({ status: 0, stdout, stderr: '', results: [] })

function tryRead(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code)
  }
}

/** While a container runs that has done this. */
async function withContainer(
  { host }: Stage,
  script: string,
  use: (name: string, pid: string) => Promise<Seen>,
  image = 'tiny',
): Promise<Seen> {
  const name = `engine-${host.pid}`
  const words = ['run', '-d', '--name', name, '--network', 'none', image, 'sh', '-c']
  await gocker(...words, `${script}; touch /done; sleep 1000`)
  try {
    const pid = (await gocker('inspect', '--format', '{{.State.Pid}}', name)).stdout.trim()
    for (let i = 0; i < 100 && (await gocker('exec', name, 'test', '-e', '/done')).status !== 0; i++)
      await new Promise((resolve) => setTimeout(resolve, 50))
    return await use(name, pid)
  } finally {
    await gocker('rm', '-f', name)
  }
}
