// gocker top: the processes of a container, with the columns of ps(1).

import { readFileSync } from 'node:fs'
import { totalmem } from 'node:os'
import { Command } from 'commander'
import { hierarchy } from '../cgroup/hierarchy.ts'
import { find } from '../container/named.ts'
import { places } from '../container/places.ts'
import { type ProcessInfo, processList } from '../container/process-list.ts'
import { isRunning } from '../container/state.ts'
import { UserError } from '../container/user-error.ts'
import { out } from './print.ts'
import { needRoot } from './root.ts'
import { table } from './table.ts'

export function command(): Command {
  return new Command('top')
    .description('Display the running processes of a container')
    .usage('CONTAINER [ps OPTIONS]')
    .argument('<CONTAINER>')
    .argument('[ps OPTIONS...]')
    .allowUnknownOption()
    .passThroughOptions()
    .action(top)
}

function top(name: string, options: readonly string[]): void {
  needRoot()
  const state = find(places(), name)
  if (!isRunning(state)) throw new UserError(`container ${state.id} is not running`)
  const columns = columnsFor(options)
  const users = userNames()
  const rows = processList(hierarchy().pids(state.cgroup)).map((one) =>
    columns.map(({ show }) => show(one, users)),
  )
  out(table([columns.map(({ heading }) => heading), ...rows]))
}

interface Column {
  readonly heading: string
  readonly show: (one: ProcessInfo, users: ReadonlyMap<number, string>) => string
}

const column = (heading: string, show: Column['show']): Column => ({ heading, show })
const two = (n: number) => String(n).padStart(2, '0')

function clock(seconds: number): string {
  const whole = Math.floor(seconds)
  return `${two(Math.floor(whole / 3600))}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`
}

/** Today's time, or the day. */
function since(time: number): string {
  const date = new Date(time)
  if (Date.now() - time < 86_400_000) return `${two(date.getHours())}:${two(date.getMinutes())}`
  return date.toString().slice(4, 10).replace(' ', '')
}

/** Of the time since it was started, how much it had a processor. */
function share(one: ProcessInfo): number {
  return (100 * one.time) / Math.max(1, (Date.now() - one.started) / 1000)
}

const fields: Readonly<Record<string, Column>> = {
  uid: column('UID', ({ uid }) => String(uid)),
  user: column('USER', ({ uid }, users) => users.get(uid) ?? String(uid)),
  pid: column('PID', ({ pid }) => String(pid)),
  ppid: column('PPID', ({ ppid }) => String(ppid)),
  pcpu: column('%CPU', (one) => share(one).toFixed(1)),
  pmem: column('%MEM', ({ rss }) => ((100 * rss) / totalmem()).toFixed(1)),
  vsz: column('VSZ', ({ vsz }) => String(Math.round(vsz / 1024))),
  rss: column('RSS', ({ rss }) => String(Math.round(rss / 1024))),
  tty: column('TTY', ({ tty }) => tty),
  stat: column('STAT', ({ state }) => state),
  ni: column('NI', ({ nice }) => String(nice)),
  stime: column('STIME', ({ started }) => since(started)),
  start: column('START', ({ started }) => since(started)),
  etime: column('ELAPSED', ({ started }) => clock((Date.now() - started) / 1000).replace(/^00:/, '')),
  time: column('TIME', ({ time }) => clock(time)),
  comm: column('COMMAND', ({ comm }) => comm),
  args: column('COMMAND', ({ args }) => args),
}
const aliases: Readonly<Record<string, string>> = {
  '%cpu': 'pcpu',
  '%mem': 'pmem',
  cmd: 'args',
  command: 'args',
  euser: 'user',
  euid: 'uid',
  s: 'stat',
  state: 'stat',
  tt: 'tty',
  ucmd: 'comm',
}

/** `-ef` is what is shown unless said otherwise; `aux`, and `-o` with names, are known, too. */
function columnsFor(options: readonly string[]): Column[] {
  const text = options.join(' ')
  const asked = /^-?(?:eo|oe|o)\s*([a-z%,\s]+)$/.exec(text.replace(/^-e\s+-o/, '-o'))?.[1]
  if (options.length === 0 || text === '-ef') {
    const c = column('C', (one) => String(Math.round(share(one))))
    const uid = column('UID', fields.user!.show)
    const cmd = column('CMD', fields.args!.show)
    return [uid, fields.pid!, fields.ppid!, c, fields.stime!, fields.tty!, fields.time!, cmd]
  }
  if (/^-?aux$/.test(text))
    return 'user pid pcpu pmem vsz rss tty stat start time args'.split(' ').map((name) => fields[name]!)
  if (asked === undefined)
    throw new UserError(
      `these options of ps are not known: ${text}\nThere are -ef, aux, and -o with names of columns: ${Object.keys(fields).join(', ')}.`,
    )
  const names = asked.split(/[,\s]+/).filter((name) => name !== '')
  return names.map((name) => {
    const column = aliases[name] ?? name
    if (!Object.hasOwn(fields, column))
      throw new UserError(`there is no column ${name}\nThere are ${Object.keys(fields).join(', ')}.`)
    return fields[column]!
  })
}

/** Of this host, as ps(1) shows them: the container may have other names for the same numbers. */
function userNames(): Map<number, string> {
  try {
    const lines = readFileSync('/etc/passwd', 'utf8').split('\n')
    return new Map(lines.map((line) => line.split(':')).map(([name = '', , uid]) => [Number(uid), name]))
  } catch {
    return new Map()
  }
}
