// Which programs of this machine go into `tiny`, and to which places, together with their loader and libraries.
//
// The layout is kept: where /bin is a link to usr/bin, it is one in tiny. A program under several names (coreutils
// in one file, as Ubuntu and Alpine have it) is taken once, its other names are links to the first.

import { existsSync, readFileSync, readlinkSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { readElf } from './elf.ts'
import { needsOf } from './libraries.ts'
import type { TinyFile } from './tiny.ts'

const shell = 'sh'

/** Everyday programs: those that the host has; for the others a busybox if there is one. */
const everyday =
  '[ basename cat chgrp chmod chown cp cut date dd df dirname du echo env false find grep head hostname id ip ln ls ' +
  'mkdir mknod mktemp mv nproc od printenv printf pwd readlink realpath rm rmdir sed seq setsid sha256sum ' +
  'sleep sort stat stty sync tail tee test timeout touch tr true tty uname uniq unshare wc whoami xargs yes'

/** Everyday too, but on most hosts they bring a large library each: from busybox, and only without one the host’s. */
const lighterInBusybox = 'awk expr free kill mount ping ps umount'

/** Useful, but only where busybox has them: the host’s want more files than their libraries. */
const fromBusybox = 'clear httpd ifconfig less nc netstat nslookup route tar top traceroute vi wget watch'

const standardPlaces = ['/bin', '/usr/bin', '/sbin', '/usr/sbin']

/** Directories that are links on some systems: Debian since 12, Fedora, Ubuntu; their sbin is one on Fedora 42. */
const layout = ['bin', 'sbin', 'lib', 'lib64', 'usr/bin', 'usr/sbin', 'usr/lib', 'usr/lib64']

// glibc before 2.34 looks users and host names up through these, loaded when they are wanted
const nameLookup = ['libnss_files.so.2', 'libnss_dns.so.2']

/** Programs, loader, libraries, and the links between the directories. */
export function programFiles(): TinyFile[] {
  const busybox = standaloneBusybox()
  const names = [shell, ...words(everyday), ...(busybox ? [] : words(lighterInBusybox))]
  const found = names.flatMap((name) => hostProgram(name) ?? [])
  if (!found.some((path) => basename(path) === shell)) {
    throw new Error(
      `The image "tiny" is made of this machine's own programs, but it has no shell: no ${shell} in ` +
        `${standardPlaces.join(', ')}.\nTake another image, for example: gocker run alpine`,
    )
  }
  const needs = needsOf(busybox ? [...found, busybox] : found, nameLookup)
  const place = placer()
  const libraryDir = dirname(
    needs.libraries.find(({ name }) => name.startsWith('libc.'))?.path ?? '/lib/libc.so',
  )
  return [
    ...layoutLinks(),
    ...found.map((path) => place(path, path)),
    ...needs.interpreters.map((path) => place(path, path)),
    // all in the one place where the loader looks without being told: tiny has no /etc/ld.so.cache
    ...needs.libraries.map(({ name, path }) => place(path, join(libraryDir, name))),
    ...(busybox ? applets(busybox, found, place) : []),
  ]
}

/** Where the host has a program, if it is one that needs nothing but libraries: no script. */
function hostProgram(name: string): string | undefined {
  const places = [
    ...standardPlaces,
    ...(process.env.PATH ?? '').split(':').filter((dir) => dir.startsWith('/')),
  ]
  return places
    .map((dir) => join(dir, name))
    .find((path) => existsSync(path) && statSync(path).isFile() && readElf(path) !== undefined)
}

/** The links between directories that this host has, as bin -> usr/bin, and the directories behind them. */
function layoutLinks(): TinyFile[] {
  return layout.flatMap((path): TinyFile[] => {
    const target = linkTarget(`/${path}`)
    if (target === undefined || !existsSync(`/${path}`)) return []
    const behind = realpathSync(`/${path}`).slice(1)
    return [
      { path, mode: 0o777, kind: 'link', target },
      { path: behind, mode: 0o755, kind: 'directory' },
    ]
  })
}

type Place = (source: string, wanted: string) => TinyFile

/** Puts the content of host files into tiny: the first time as a copy, then as links to that copy. */
function placer(): Place {
  const known = new Map<string, string>()
  return (source, wanted) => {
    const path = imagePath(wanted)
    const real = realpathSync(source)
    const { dev, ino } = statSync(real)
    const first = known.get(`${dev}:${ino}`)
    if (first !== undefined && first !== path) {
      return { path, mode: 0o777, kind: 'link', target: relative(dirname(`/${path}`), `/${first}`) }
    }
    known.set(`${dev}:${ino}`, path)
    return { path, mode: 0o755, kind: 'copy', source: real }
  }
}

/** The place in tiny, with the links between directories followed; a program from elsewhere goes to usr/bin. */
function imagePath(wanted: string): string {
  const dir = dirname(wanted)
  const real = existsSync(dir) ? realpathSync(dir) : dir
  return join(real, basename(wanted)).slice(1)
}

/** The host's busybox. One that knows only a few names, as some systems keep for rescue, does not count. */
function standaloneBusybox(): string | undefined {
  const path = hostProgram('busybox')
  return path !== undefined && words(lighterInBusybox).every((name) => applet(readFileSync(path), name))
    ? path
    : undefined
}

/** busybox under the names that the host lacks, if this busybox knows them: the names stand in the file itself. */
function applets(busybox: string, found: readonly string[], place: Place): TinyFile[] {
  const content = readFileSync(busybox)
  const present = new Set(found.map((path) => basename(path)))
  const missing = [everyday, lighterInBusybox, fromBusybox]
    .flatMap(words)
    .filter((name) => !present.has(name))
  const known = missing.filter((name) => applet(content, name))
  return ['busybox', ...known].map((name) => place(busybox, join(dirname(found[0]!), name)))
}

/** The names that a busybox knows stand in it one after the other, each with a NUL behind it. */
function applet(content: Buffer, name: string): boolean {
  return content.includes(`\0${name}\0`)
}

function linkTarget(path: string): string | undefined {
  try {
    return readlinkSync(path)
  } catch {
    return undefined
  }
}

function words(list: string): string[] {
  return list.split(' ')
}
