// Containers as one leaves them running: a web server, two databases, a worker that crashes, all of them real programs.
// What is tried is what a person does with them in a week.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isRoot, until, useGocker } from './cli/gocker.ts'
import { isInstalled, nginx, type Package, packInto, postgres, redis } from './daily-use/packages.ts'
import { hasProgram } from './image/has-program.ts'
import { answers, hostAddress, type Machine, type Machines, machines } from './network/machines.ts'

useGocker()

const canRun =
  isRoot &&
  ['ip', 'nft', 'nsenter', 'busybox'].every(hasProgram) &&
  [nginx, postgres, redis].every(isInstalled)

describe.skipIf(!canRun)('daily use (needs root, ip, nft, busybox, nginx, postgresql, redis-server)', () => {
  let all: Machines
  let host: Machine
  let other: Machine
  let before: string[]
  const folder = canRun ? mkdtempSync(join(tmpdir(), 'daily-use-')) : ''

  const seen = () => [host.rules(), host.links().join()]
  const field = (name: string, path: string) => host.ok('inspect', '-f', `{{${path}}}`, name)
  const succeeds = async (...args: string[]) => (await host.gocker(...args)).status === 0
  /** Make an image, or its next version. */
  const build = async (name: string, content: Package, ...changes: string[]) => {
    const archive = join(folder, `${name}.tar`)
    await packInto(archive, content)
    await host.ok('import', ...changes.flatMap((change) => ['-c', change]), archive, name)
  }

  beforeAll(async () => {
    all = await machines()
    ;({ host, other } = all)
    before = seen()
    await build('nginx', nginx, 'CMD ["nginx"]', 'EXPOSE 80', 'STOPSIGNAL SIGQUIT')
  })

  afterAll(async () => {
    if (all === undefined) return
    await host.gocker('rm', '-f', ...(await host.ok('ps', '-aq')).split('\n').filter(Boolean))
    await host.ok('system', 'prune', '-f')
    expect(seen()).toEqual(before)
    await all[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true })
  })

  describe('a static web site with nginx', () => {
    const site = join(folder, 'site')
    const conf = join(folder, 'conf')
    const servers = (root: string) =>
      `server { listen 80; root ${root}; location /slow { limit_rate 150k; } }\n`

    beforeAll(async () => {
      for (const directory of [site, conf, join(site, 'new')]) mkdirSync(directory)
      writeFileSync(join(site, 'index.html'), 'hello\n')
      writeFileSync(join(site, 'new/index.html'), 'hello again\n')
      writeFileSync(join(site, 'slow'), Buffer.alloc(400_000))
      writeFileSync(join(conf, 'site.conf'), servers('/srv/site'))
      await host.ok(
        ...['run', '-d', '--name', 'web', '-p', '8080:80', '-v', `${site}:/srv/site:ro`],
        ...['-v', `${conf}:/etc/nginx/conf.d:ro`, '--health-cmd', 'wget -q -O - http://127.0.0.1/index.html'],
        ...['--health-interval', '200ms', '--health-retries', '2', 'nginx'],
      )
      await answers(host, '127.0.0.1:8080', 'hello')
    })

    it('is seen from the host, by its own name and its address, and from another machine', () => {
      expect(host.fetch('127.0.0.1:8080')).toBe('hello')
      expect(host.fetch(`${hostAddress}:8080`)).toBe('hello')
      expect(other.fetch(`${hostAddress}:8080`)).toBe('hello')
    })

    it('tells in its log who has been there, under the address that they have', async () => {
      await until(async () => /^203\.0\.113\.2 GET \/index\.html/m.test(await host.ok('logs', 'web')))
      const { stdout, stderr } = await host.gocker('logs', 'web')
      expect(stdout).toMatch(/^203\.0\.113\.2 GET \/index\.html HTTP\/1\.0 200$/m)
      expect(stderr).toMatch(/start worker process/)
    })

    it('cannot change the files of the host that it serves', async () => {
      const { status, stderr } = await host.gocker('exec', 'web', 'sh', '-c', 'echo x > /srv/site/index.html')
      expect([status, stderr]).not.toEqual([0, expect.anything()])
      expect(stderr).toMatch(/Read-only file system/)
    })

    it('is healthy, and ps says so, until the page is gone', async () => {
      const shown = () => host.ok('ps', '--filter', 'name=web', '--format', '{{.Status}}')
      await until(async () => /^Up .* \(healthy\)$/.test(await shown()))
      expect(await host.ok('ps', '-q', '--filter', 'health=healthy')).toBe(
        await host.ok('ps', '-q', '--filter', 'name=web'),
      )
      rmSync(join(site, 'index.html'))
      await until(async () => /\(unhealthy\)$/.test(await shown()))
      writeFileSync(join(site, 'index.html'), 'hello\n')
      await until(async () => /\(healthy\)$/.test(await shown()))
    })

    it('reads a new configuration when it is asked to, and stays the same process', async () => {
      const pid = await field('web', '.State.Pid')
      writeFileSync(join(conf, 'site.conf'), servers('/srv/site/new'))
      await host.ok('kill', '-s', 'HUP', 'web')
      await answers(other, `${hostAddress}:8080`, 'hello again')
      expect(await field('web', '.State.Pid')).toBe(pid)
      writeFileSync(join(conf, 'site.conf'), servers('/srv/site'))
      await host.ok('kill', '-s', 'HUP', 'web')
      await answers(other, `${hostAddress}:8080`, 'hello')
    })

    it('is stopped when it has served those who are there', async () => {
      await host.ok('run', '-d', '--name', 'visitor', 'tiny', 'sleep', '1000')
      const fetching = host.gocker(
        ...['exec', 'visitor', 'sh', '-c', `wget -q -O /got http://${hostAddress}:8080/slow && echo all`],
      )
      const got = async () =>
        Number((await host.gocker('exec', 'visitor', 'stat', '-c', '%s', '/got')).stdout)
      await until(async () => (await got()) > 0)
      await host.ok('stop', '-t', '30', 'web')
      expect((await fetching).stdout).toBe('all\n')
      expect(await got()).toBe(400_000)
      expect(await field('web', '.State.ExitCode')).toBe('0')
      expect(host.fetch('127.0.0.1:8080')).toBe('ECONNREFUSED')
    })
  })

  describe('a database, PostgreSQL', () => {
    const version = (number: string) =>
      build(
        'postgres',
        postgres,
        ...['CMD ["start-postgres"]', 'EXPOSE 5432', 'USER postgres', 'STOPSIGNAL SIGINT'],
        ...[
          `ENV RELEASE=${number}`,
          `ENV PATH=${postgres.programs[0]!.replace(/\/[^/]*$/, '')}:/usr/bin:/bin`,
        ],
        ...['ENV PGDATA=/var/lib/postgresql/data', 'VOLUME /var/lib/postgresql/data'],
      )
    const begin = async (...flags: string[]) => {
      const data = ['-v', 'pgdata:/var/lib/postgresql/data']
      await host.ok('run', '-d', '--name', 'db', '--network', 'office', ...data, ...flags, 'postgres')
      await until(() => succeeds('exec', 'db', ...psql('select 1')))
    }
    const psql = (query: string) => ['psql', '-h', '/tmp', '-At', '-c', query]
    const ask = (query: string) => host.ok('exec', 'db', ...psql(query))

    beforeAll(async () => {
      await version('1')
      await host.ok('network', 'create', 'office')
      await begin()
    })

    it('is asked with psql through exec', async () => {
      await ask("create table fruit (name text); insert into fruit values ('apple'), ('pear')")
      expect(await ask('select name from fruit order by name')).toBe('apple\npear')
    })

    it('is asked from another container, by its name', async () => {
      const query = ['psql', '-h', 'db', '-U', 'postgres', '-At', '-c', 'select count(*) from fruit']
      expect(await host.ok('run', '--rm', '--network', 'office', 'postgres', ...query)).toBe('2')
    })

    it('is stopped in order, and has its data after rm and in a new version of its image', async () => {
      await host.ok('stop', 'db')
      expect(await field('db', '.State.ExitCode')).toBe('0')
      expect((await host.gocker('logs', 'db')).stderr).toMatch(/database system is shut down\n$/)
      await host.ok('rm', 'db')
      const old = await host.ok('image', 'inspect', '-f', '{{.Id}}', 'postgres')
      await version('2')
      expect(await host.ok('image', 'inspect', '-f', '{{.Id}}', 'postgres')).not.toBe(old)
      await begin('--restart', 'always')
      expect(await host.ok('exec', 'db', 'sh', '-c', 'echo $RELEASE')).toBe('2')
      expect(await ask('select name from fruit order by name')).toBe('apple\npear')
    })

    it('comes back when its process is killed, and nothing that it had confirmed is lost', async () => {
      await ask("insert into fruit values ('quince')")
      const pid = await field('db', '.State.Pid')
      host.tool('kill', '-9', pid)
      await until(async () => ![pid, '0'].includes(await field('db', '.State.Pid')))
      await until(() => succeeds('exec', 'db', ...psql('select 1')))
      expect(await ask('select name from fruit order by name')).toBe('apple\npear\nquince')
      expect(await field('db', '.RestartCount')).toBe('1')
      expect((await host.gocker('logs', 'db')).stderr).toMatch(/was not properly shut down/)
    })

    it('leaves a volume that nobody removes by accident', async () => {
      await host.ok('rm', '-f', '-v', 'db')
      expect(await host.ok('volume', 'ls', '-q')).toBe('pgdata')
      await host.ok('volume', 'rm', 'pgdata')
    })
  })

  describe('a store of keys, Redis', () => {
    const version = (number: string) =>
      build(
        'redis',
        redis,
        'CMD ["redis-server", "--bind", "0.0.0.0", "--protected-mode", "no", "--dir", "/data", "--appendonly", "yes", "--appendfsync", "always"]',
        ...['EXPOSE 6379', 'VOLUME /data', 'USER redis', `ENV RELEASE=${number}`],
      )
    const begin = async (...flags: string[]) => {
      await host.ok('run', '-d', '--name', 'keys', '-v', 'keys:/data', ...flags, 'redis')
      await until(() => succeeds('exec', 'keys', 'redis-cli', 'ping'))
    }
    const ask = (...words: string[]) => host.ok('exec', 'keys', 'redis-cli', ...words)

    beforeAll(async () => {
      await version('1')
      await begin()
    })

    it('has its data after stop, rm and a new version of its image', async () => {
      expect(await ask('set', 'fruit', 'apple')).toBe('OK')
      await host.ok('stop', 'keys')
      expect(await field('keys', '.State.ExitCode')).toBe('0')
      await host.ok('rm', 'keys')
      await version('2')
      await begin('--restart', 'always')
      expect(await host.ok('exec', 'keys', 'printenv', 'RELEASE')).toBe('2')
      expect(await ask('get', 'fruit')).toBe('apple')
    })

    it('comes back when its process is killed, with what it had confirmed', async () => {
      await ask('set', 'fruit', 'pear')
      const pid = await field('keys', '.State.Pid')
      host.tool('kill', '-9', pid)
      await until(async () => ![pid, '0'].includes(await field('keys', '.State.Pid')))
      await until(() => succeeds('exec', 'keys', 'redis-cli', 'ping'))
      expect(await ask('get', 'fruit')).toBe('pear')
      await host.ok('rm', '-f', 'keys')
    })
  })

  describe('a worker that crashes', () => {
    /** Counts its runs in a file of its own: that is still there when it is started again. */
    const worker = (end: string) =>
      `n=$(($(cat /runs 2>/dev/null || echo 0) + 1)); echo $n > /runs; echo "run $n begins"; echo "run $n breaks" >&2; ${end}`
    const runs = (count: number, word: string) =>
      Array.from({ length: count }, (_, i) => `run ${i + 1} ${word}\n`).join('')
    const ended = (name: string) => until(async () => (await field(name, '.State.Status')) === 'exited')

    it('is started again as often as was allowed, and every word of it is in the log', async () => {
      const policy = ['--restart', 'on-failure:5']
      await host.ok('run', '-d', '--name', 'worker', ...policy, 'tiny', 'sh', '-c', worker('exit 3'))
      await ended('worker')
      const { stdout, stderr } = await host.gocker('logs', 'worker')
      expect(stdout).toBe(runs(6, 'begins'))
      expect(stderr).toBe(runs(6, 'breaks'))
      expect(await field('worker', '.RestartCount')).toBe('5')
      expect(await field('worker', '.State.ExitCode')).toBe('3')
      expect(await host.ok('wait', 'worker')).toBe('3')
      const times = (await host.gocker('logs', '-t', 'worker')).stdout
        .split('\n')
        .map((line) => line.slice(0, 30))
      expect(times.slice(0, -1).toSorted()).toEqual(times.slice(0, -1))
    })

    it('is left alone once it has done its work', async () => {
      const script = worker('[ $n -lt 3 ] && exit 1; exit 0')
      await host.ok('run', '-d', '--name', 'learns', '--restart', 'on-failure:5', 'tiny', 'sh', '-c', script)
      await ended('learns')
      expect(await host.ok('logs', 'learns')).toBe(runs(3, 'begins').trimEnd())
      expect(await field('learns', '.RestartCount')).toBe('2')
      expect(await field('learns', '.State.ExitCode')).toBe('0')
    })
  })

  describe('two networks', () => {
    const fetches = (network: string, address: string) =>
      host.gocker(
        'run',
        '--rm',
        '--network',
        network,
        'tiny',
        'timeout',
        '2',
        'wget',
        '-q',
        '-O',
        '-',
        address,
      )
    const pings = (network: string, address: string) =>
      host.gocker(
        'run',
        '--rm',
        '--network',
        network,
        'redis',
        'timeout',
        '2',
        'redis-cli',
        '-h',
        address,
        'ping',
      )
    const addressOf = (name: string, network: string) =>
      host.ok('inspect', '-f', `{{.NetworkSettings.Networks.${network}.IPAddress}}`, name)

    beforeAll(async () => {
      for (const name of ['front', 'back']) await host.ok('network', 'create', name)
      await host.ok('run', '-d', '--name', 'page', '--network', 'front', 'nginx')
      await host.ok('run', '-d', '--name', 'cache', '--network', 'back', 'redis')
      await until(async () => (await fetches('front', 'http://page/')).stdout === 'of the image\n')
      await until(async () => (await pings('back', 'cache')).stdout === 'PONG\n')
    })

    it('cannot see each other: not by name, and not by address', async () => {
      expect((await fetches('back', 'http://page/')).status).not.toBe(0)
      expect((await fetches('back', `http://${await addressOf('page', 'front')}/`)).status).not.toBe(0)
      expect((await pings('front', 'cache')).stdout).not.toContain('PONG')
      expect((await pings('front', await addressOf('cache', 'back'))).stdout).not.toContain('PONG')
    })

    it('are both reached by who is on both', async () => {
      await host.ok('run', '-d', '--name', 'app', '--network', 'front', 'redis', 'sleep', '1000')
      await host.ok('network', 'connect', 'back', 'app')
      expect(await host.ok('exec', 'app', 'redis-cli', '-h', 'cache', 'ping')).toBe('PONG')
      expect(await host.ok('exec', 'app', 'wget', '-q', '-O', '-', 'http://page/')).toBe('of the image')
      await host.ok('network', 'disconnect', 'back', 'app')
      expect(
        (await host.gocker('exec', 'app', 'timeout', '2', 'redis-cli', '-h', 'cache', 'ping')).stdout,
      ).not.toContain('PONG')
    })
  })
})
