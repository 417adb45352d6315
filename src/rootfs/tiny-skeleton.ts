// The directories and the few small files that programs expect in a root file system. hier(7)

import type { TinyFile } from './tiny.ts'

const directories: readonly (readonly [path: string, mode: number])[] = [
  ['dev', 0o755],
  ['etc', 0o755],
  ['home', 0o755],
  ['proc', 0o755],
  ['root', 0o700],
  ['run', 0o755],
  ['sys', 0o755],
  ['tmp', 0o1777],
  ['var', 0o755],
  ['var/tmp', 0o1777],
]

const files: Readonly<Record<string, string>> = {
  'etc/passwd': [
    'root:x:0:0:root:/root:/bin/sh',
    'daemon:x:1:1:daemon:/:/bin/false',
    'user:x:1000:1000:user:/home:/bin/sh',
    'nobody:x:65534:65534:nobody:/:/bin/false',
    '',
  ].join('\n'),
  'etc/group': ['root:x:0:', 'daemon:x:1:', 'tty:x:5:', 'user:x:1000:', 'nogroup:x:65534:', ''].join('\n'),
  // names come from these files alone: tiny has no plug-ins to ask anything else. nsswitch.conf(5)
  'etc/nsswitch.conf': ['passwd: files', 'group: files', 'hosts: files dns', ''].join('\n'),
  'etc/os-release': [
    'NAME="tiny"',
    'ID=tiny',
    'PRETTY_NAME="tiny, made of this machine’s own programs"',
    '',
  ].join('\n'),
}

/** Everything in tiny that does not depend on the host. */
export function skeleton(): TinyFile[] {
  return [
    ...directories.map(([path, mode]) => ({ path, mode, kind: 'directory' as const })),
    ...Object.entries(files).map(([path, content]) => ({
      path,
      mode: 0o644,
      kind: 'file' as const,
      content,
    })),
  ]
}
