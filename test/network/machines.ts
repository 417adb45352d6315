// For the tests of ports and networks: a host of the test's own, which is a network namespace with an uplink, and another
// machine behind it. `gocker` and real tools run on either. The real host's links, rules and settings are not touched.
//
//   other machine 203.0.113.2 ──── 203.0.113.1 host ──── its containers

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { places, program, type Result, until } from '../cli/gocker.ts'

export const hostAddress = '203.0.113.1'

export interface Machine {
  /** A tool, with these words, to its end: what it printed. Empty if it failed. */
  readonly tool: (command: string, ...args: string[]) => string
  /** The same for `gocker`, with its status. */
  readonly gocker: (...args: string[]) => Promise<Result>
  /** `gocker` that must succeed: what it printed. */
  readonly ok: (...args: string[]) => Promise<string>
  /** What a web server at `address:port` gives, or why it does not. */
  readonly fetch: (address: string) => string
  /** What comes back for one UDP packet. */
  readonly askUdp: (address: string, port: number, from?: number) => string
  /** All that nft lists, without what the rules have counted. */
  readonly rules: () => string
  readonly links: () => string[]
}

export interface Machines extends AsyncDisposable {
  readonly host: Machine
  readonly other: Machine
}

/** Start both machines. When they are let go, all containers on the host are removed. */
export async function machines(): Promise<Machines> {
  const [hostHolder, otherHolder] = [await holder(), await holder()]
  const [host, other] = [machine(hostHolder.pid!), machine(otherHolder.pid!)]
  must(host, 'ip', 'link', 'set', 'lo', 'up')
  must(other, 'ip', 'link', 'set', 'lo', 'up')
  must(
    host,
    'ip',
    'link',
    'add',
    'uplink',
    'mtu',
    '1400',
    'type',
    'veth',
    'peer',
    'eth0',
    'netns',
    `${otherHolder.pid}`,
  )
  must(host, 'ip', 'addr', 'add', '203.0.113.1/24', 'dev', 'uplink')
  must(other, 'ip', 'addr', 'add', '203.0.113.2/24', 'dev', 'eth0')
  must(host, 'ip', 'link', 'set', 'uplink', 'up')
  must(other, 'ip', 'link', 'set', 'eth0', 'up')
  must(host, 'ip', 'route', 'add', 'default', 'via', '203.0.113.2')
  must(host, 'sh', '-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward')
  return {
    host,
    other,
    [Symbol.asyncDispose]: async () => {
      const ids = (await host.gocker('ps', '-aq')).stdout.split('\n').filter(Boolean)
      if (ids.length > 0) await host.gocker('rm', '-f', ...ids)
      await host.gocker('network', 'prune', '-f')
      for (const one of [hostHolder, otherHolder]) one.kill('SIGKILL')
    },
  }
}

/** A process that does nothing but be in a network namespace of its own. */
async function holder(): Promise<ChildProcess> {
  const child = spawn('unshare', ['--net', 'sh', '-c', 'echo ready; exec sleep 100000'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await new Promise((resolve) => child.stdout!.once('data', resolve))
  return child
}

function machine(pid: number): Machine {
  const there = ['nsenter', `--net=/proc/${pid}/ns/net`]
  const tool = (command: string, ...args: string[]) =>
    spawnSync(there[0]!, [there[1]!, command, ...args], { encoding: 'utf8', timeout: 30_000 }).stdout
  const gocker = (...args: string[]) => run([...there, program, ...args])
  const client = (script: string, ...args: string[]) =>
    tool(process.execPath, '-e', script, ...args.map(String)).trim()
  return {
    tool,
    gocker,
    ok: async (...args) => {
      const { status, stdout, stderr } = await gocker(...args)
      if (status !== 0) throw new Error(`gocker ${args.join(' ')}: ${status}\n${stdout}${stderr}`)
      return stdout.trim()
    },
    fetch: (address) => client(webClient, address),
    askUdp: (address, port, from = 0) => client(udpClient, address, String(port), String(from)),
    rules: () => tool('nft', '-s', 'list', 'ruleset'),
    links: () => (JSON.parse(tool('ip', '-j', 'link')) as { ifname: string }[]).map(({ ifname }) => ifname),
  }
}

function run([command, ...args]: readonly string[]): Promise<Result> {
  const child = spawn(command!, args, {
    env: { ...process.env, GOCKER_ROOT: places.root },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (bytes) => {
    stdout += bytes
  })
  child.stderr.on('data', (bytes) => {
    stderr += bytes
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ status: code ?? signal!, stdout, stderr }))
  })
}

function must(on: Machine, command: string, ...args: string[]): void {
  const done = on.tool('sh', '-c', '"$@" && echo done', 'sh', command, ...args)
  if (!done.endsWith('done\n')) throw new Error(`${command} ${args.join(' ')} failed`)
}

const webClient = `
  const [host, port] = process.argv[1].split(':')
  const give = setTimeout(() => { console.log('no answer'); process.exit() }, 2000)
  let text = ''
  require('net').connect(Number(port), host, function () { this.write('GET /index.html HTTP/1.0\\r\\n\\r\\n') })
    .on('data', (data) => { text += data })
    .on('end', () => { console.log(text.split('\\r\\n\\r\\n')[1] ?? text); process.exit() })
    .on('error', (error) => { console.log(error.code); process.exit() })`

const udpClient = `
  const [address, port, from] = process.argv.slice(1)
  const socket = require('dgram').createSocket('udp4').on('error', (error) => { console.log(error.code); process.exit() })
  const give = setTimeout(() => { console.log('no answer'); process.exit() }, 2000)
  socket.on('message', (message) => { console.log(String(message)); process.exit() })
  socket.bind(Number(from), () => socket.send('hello', Number(port), address))`

/** The words behind the image: a web server that says `hello from <name>` at port 80. */
export function webServer(name: string): string[] {
  return ['sh', '-c', `mkdir /www; echo hello from ${name} > /www/index.html; exec httpd -f -h /www`]
}

/** What a container gets from a web server, or nothing. */
export async function fetchFrom(host: Machine, container: string, address: string): Promise<string> {
  const [name, port = '80'] = address.split(':')
  const script = `printf 'GET /index.html HTTP/1.0\\r\\n\\r\\n' | timeout 2 nc ${name} ${port}`
  const { stdout } = await host.gocker('exec', container, 'sh', '-c', script)
  return (stdout.split('\r\n\r\n')[1] ?? '').trim()
}

/** Wait until the server answers: a program needs a moment to begin. */
export async function answers(machine: Machine, address: string, text: string | RegExp): Promise<void> {
  let last = ''
  await until(
    () => {
      last = machine.fetch(address)
      return typeof text === 'string' ? last === text : text.test(last)
    },
    () => `${address} does not answer ${text}, but: ${last}`,
  )
}
