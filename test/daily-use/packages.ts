// Real servers for containers, of the Debian packages that this machine has: each is `tiny` with some more programs, the
// libraries that they need, and their files, as an archive for `gocker import`.

import { createWriteStream, existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { pack } from 'tar-stream'
import { needsOf } from '../../src/rootfs/libraries.ts'
import { tinyFiles } from '../../src/rootfs/tiny.ts'

export interface Package {
  /** Programs of this machine. */
  readonly programs: readonly string[]
  /** Files and directories of this machine, at the same places; links are followed. */
  readonly trees?: readonly string[]
  /** Files to be written. */
  readonly files?: Readonly<Record<string, string>>
  readonly directories?: Readonly<Record<string, { readonly mode?: number; readonly uid?: number }>>
}

/** A user for servers, as each package would make one. */
const serviceUser = 999

/** Write the archive. */
export async function packInto(
  archive: string,
  { programs, trees = [], files = {}, directories = {} }: Package,
) {
  const out = pack()
  const done = new Set<string>()
  const isNew = (name: string) => !done.has(name) && done.add(name)
  const addCopy = (source: string, name: string) => {
    const { mode } = statSync(source)
    if (isNew(name)) out.entry({ name, mode: mode & 0o7777 }, readFileSync(source))
  }
  const addTree = (path: string) => {
    if (!statSync(path).isDirectory()) return addCopy(path, inImage(path))
    if (isNew(inImage(path))) out.entry({ name: inImage(path), type: 'directory', mode: 0o755 })
    for (const name of readdirSync(path)) addTree(join(path, name))
  }
  const written = pipeline(out, createWriteStream(archive))

  for (const [name, content] of Object.entries(files))
    if (isNew(name)) out.entry({ name, mode: content.startsWith('#!') ? 0o755 : 0o644 }, content)
  for (const file of tinyFiles()) {
    const { path: name, mode } = file
    if (file.kind === 'copy') addCopy(file.source, name)
    else if (!isNew(name)) continue
    else if (file.kind === 'directory') out.entry({ name, mode, type: 'directory' })
    else if (file.kind === 'link') out.entry({ name, mode, type: 'symlink', linkname: file.target })
    else out.entry({ name, mode }, file.content)
  }
  const modules = trees.flatMap((tree) => (statSync(tree).isFile() && tree.endsWith('.so') ? [tree] : []))
  for (const program of programs) addCopy(program, inImage(program))
  for (const { path } of needsOf([...programs, ...modules]).libraries) addCopy(path, inImage(path))
  for (const tree of trees) addTree(tree)
  for (const [name, { mode = 0o755, uid = 0 }] of Object.entries(directories))
    if (isNew(name)) out.entry({ name, type: 'directory', mode, uid, gid: uid })
  out.finalize()
  await written
}

/** With the links between directories followed, which `tiny` has as this machine has them. */
function inImage(path: string): string {
  return join(realpathSync(dirname(path)), basename(path)).slice(1)
}

const users = (name: string) => ({
  'etc/passwd': `root:x:0:0:root:/root:/bin/sh\n${name}:x:${serviceUser}:${serviceUser}::/:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n`,
  'etc/group': `root:x:0:\n${name}:x:${serviceUser}:\nnogroup:x:65534:\n`,
})

export const nginx: Package = {
  programs: ['/usr/sbin/nginx'],
  trees: ['/etc/nginx/mime.types'],
  files: {
    ...users('www-data'),
    // logs go where `gocker logs` finds them
    'etc/nginx/nginx.conf': `
daemon off;
user www-data;
worker_processes 1;
error_log /dev/stderr notice;
pid /run/nginx.pid;
events { worker_connections 64; }
http {
  include mime.types;
  log_format short '$remote_addr $request $status';
  access_log /dev/stdout short;
  include conf.d/*.conf;
}
`,
    'etc/nginx/conf.d/default.conf': 'server { listen 80; root /srv/www; }\n',
    'srv/www/index.html': 'of the image\n',
  },
  directories: { 'var/lib/nginx': {}, 'var/log/nginx': {} },
}

const postgresql = '/usr/lib/postgresql'
const version = existsSync(postgresql) ? (readdirSync(postgresql).sort().at(-1) ?? '') : ''
const own = (path: string) => `${postgresql}/${version}/${path}`

export const postgres: Package = {
  programs: ['postgres', 'initdb', 'psql'].map((name) => own(`bin/${name}`)),
  trees: [
    own('lib/plpgsql.so'),
    own('lib/dict_snowball.so'),
    `/usr/share/postgresql/${version}`,
    '/usr/share/zoneinfo/UTC',
  ],
  files: {
    ...users('postgres'),
    // as the official image: a new directory becomes a database, one with data is taken as it is
    'usr/bin/start-postgres': `#!/bin/sh
set -e
export PATH=${own('bin')}:$PATH
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  initdb --auth=trust --no-locale --encoding=UTF8 > /dev/null
  echo 'host all all all trust' >> "$PGDATA/pg_hba.conf"
fi
exec postgres -c listen_addresses='*' -c unix_socket_directories=/tmp
`,
  },
  directories: { 'var/lib/postgresql/data': { mode: 0o700, uid: serviceUser } },
}

/** Where psql is in the image. */
export const psql = own('bin/psql')

export const redis: Package = {
  programs: ['/usr/bin/redis-server', '/usr/bin/redis-cli'],
  files: users('redis'),
  directories: { data: { uid: serviceUser } },
}

/** What the packages must have brought. */
export const isInstalled = (one: Package) => one.programs.every((path) => existsSync(path))
