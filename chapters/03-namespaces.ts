// npx tsx chapters/03-namespaces.ts
//
// A container is a process that sees other lists than its neighbours: of names, mounts, processes, links, users. This
// chapter shows for each kind of namespace what leaks without it, and what is hidden with it. `ask` starts a
// process that makes the calls given to it and then runs a few words of shell; everything new is in those calls.

import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmdirSync } from 'node:fs'
import { readdir, readlink } from 'node:fs/promises'
import { hostname } from 'node:os'
import { Worker } from 'node:worker_threads'
import { inPidNamespace, joinSteps } from '../src/namespaces/join.ts'
import { cloneFlags, kinds } from '../src/namespaces/kinds.ts'
import { writeIdMaps } from '../src/namespaces/user.ts'
import { mountPointSteps, pivotSteps, privateSteps } from '../src/rootfs/pivot-root.ts'
import { makeTiny } from '../src/rootfs/tiny.ts'
import { attempt, call } from '../src/syscall/call.ts'
import { clone } from '../src/syscall/clone.ts'
import * as C from '../src/syscall/constants.ts'
import { close, openat, write } from '../src/syscall/file.ts'
import { msgget } from '../src/syscall/ipc.ts'
import { mount, umount2 } from '../src/syscall/mount.ts'
import {
  execve,
  kill,
  pidfd_open,
  prctl,
  setgroups,
  sethostname,
  setns,
  setresgid,
  setresuid,
  unshare,
} from '../src/syscall/process.ts'
import { allowing, type Step, type Syscall } from '../src/syscall/syscall.ts'
import { waitNow } from '../src/syscall/wait.ts'
import { ask, cleanUpFirst, outputOf, shell, show } from './ask.ts'
import { type Narrator, tell } from './narrator.ts'
import { someChildOf } from './processes.ts'
import { costOf, sleeper, withinAMoment } from './sleeper.ts'
import { stage } from './stage.ts'
import { temporaryDirectory } from './temporary.ts'

// a call is made once, so what is needed several times is a function that gives new ones
const callsOf = (steps: readonly Step[]) => steps.map((step) => step.call)
const makePrivate = () => callsOf(privateSteps())
const newProc = () => mount('proc', '/proc', 'proc', C.MS_NOSUID | C.MS_NODEV | C.MS_NOEXEC)
const put = (path: string, text: string): Syscall[] => {
  const file = openat(C.AT_FDCWD, path, C.O_WRONLY)
  return [file, write(file, text)]
}
const read = (path: string) => readFileSync(path, 'utf8')
const line = (path: string, pattern: RegExp) => read(path).match(pattern)?.[0].replaceAll('\t', ' ')

// what a container has; the user and the time namespace are for special purposes
const usual = kinds.map((kind) => kind.type).filter((type) => type !== 'user' && type !== 'time')

/** Alice visits Bob. She has a root of her own, as in chapter 2, and the namespaces `flags`. */
function visit(tell: Narrator, flags: number): void {
  using root = temporaryDirectory()
  makeTiny(root.path)
  using ends = new DisposableStack()
  const bob = tell.quietly(() => sleeper(ends, 0, [], ['PASSWORD=swordfish']))
  const script = [
    `{ tr '\\0' '\\n' < /proc/${bob.pid}/environ; } 2> /dev/null || echo there is no process ${bob.pid}`,
    `kill ${bob.pid} 2> /dev/null && echo killed it || echo nothing to kill`,
  ]
  const newRoot = [
    ...makePrivate(),
    ...callsOf(mountPointSteps(root.path)),
    ...callsOf(pivotSteps(root.path)),
  ]
  const calls = [...newRoot, newProc(), sethostname('alice')]
  const { inside } = tell.quietly(() => ask(script.join('\n'), { flags, calls }))
  tell.inside(`process ${bob.pid} is Bob's. I look at its environment, and end it:\n${inside}`)
  const ended = tell.quietly(() => withinAMoment(bob.look))
  tell.host(`Bob's process: ${ended ? 'gone' : 'still there'}. The machine is called ${hostname()}`)
  call(sethostname('host'))
}

async function nothing(tell: Narrator) {
  await stage(tell)
  call(sethostname('host'))
  tell.say(
    'Bob runs a program, with a password in its environment. Alice has a new root, and nothing else new:',
  )
  visit(tell, C.CLONE_NEWNS)
}

async function all(tell: Narrator) {
  await stage(tell)
  call(sethostname('host'))
  tell.say(`The same, in namespaces of her own: ${usual.join(', ')}:`)
  visit(tell, cloneFlags(usual))
}

async function uts(tell: Narrator) {
  await stage(tell)
  call(sethostname('host'))
  tell.say("Alice's process has no namespace of its own, and gives the machine a new name:")
  show(tell, 'uname -n', { calls: [sethostname('alice')] })
  tell.host(`${hostname()}: it is called so for everyone`)
  call(sethostname('host'))
  tell.say('The same in a UTS namespace:')
  show(tell, 'uname -n', { flags: C.CLONE_NEWUTS, calls: [sethostname('alice')] })
  tell.host(hostname())
}

async function pid(tell: Narrator) {
  const look = 'echo "I am process $$"; cd /proc; set -- [0-9]*; echo "and see $# in /proc"'
  tell.say('Without a namespace, Alice sees all processes, and as root she can end any of them:')
  show(tell, look)
  tell.say(
    'A new PID namespace counts from 1. But /proc is still the old one, and shows what it always showed:',
  )
  show(tell, look, { flags: C.CLONE_NEWPID })
  tell.say('/proc shows the processes of whoever mounts it. So mount it again, in a mount namespace:')
  const meanwhile = (pid: number) =>
    `the same process has two numbers: ${line(`/proc/${pid}/status`, /NSpid:.*/)}`
  const calls = [...makePrivate(), newProc()]
  show(tell, `${look}; read wait`, { flags: C.CLONE_NEWPID | C.CLONE_NEWNS, calls, meanwhile })
}

function init(tell: Narrator) {
  const helper = 'sleep 60 > /dev/null 2>&1 & read wait; echo "I am process $$. I have a helper, and end"'
  const lookAgain = (flags: number) => {
    const { inside, outside } = ask(helper, { flags, meanwhile: (pid) => String(someChildOf(pid)) })
    tell.inside(inside)
    const left = attempt(kill(Number(outside), C.SIGKILL)) === 0
    tell.host(`the helper, process ${outside}: ${left ? 'still there, until we ended it' : 'gone'}`)
  }
  tell.say('Alice starts a helper, and ends. It is left alone, and goes on:')
  lookAgain(0)
  tell.say(
    'The same as the first process of a PID namespace. The kernel ends with it all that it has started:',
  )
  lookAgain(C.CLONE_NEWPID)
  tell.say(
    'Process 1 gets only the signals that it has asked for. It sends itself two that end other processes:',
  )
  show(tell, 'kill -TERM $$; kill -KILL $$; echo still here', { flags: C.CLONE_NEWPID })
  tell.say('From outside, SIGKILL is obeyed:')
  using ends = new DisposableStack()
  const { pid, look } = sleeper(ends, C.CLONE_NEWPID, [])
  const after = (signal: number) => {
    call(kill(pid, signal))
    return tell.quietly(() => withinAMoment(look)) ? 'gone' : 'still there'
  }
  tell.host(`after SIGTERM: ${after(C.SIGTERM)}`)
  tell.host(`after SIGKILL: ${after(C.SIGKILL)}`)
}

async function mounts(tell: Narrator) {
  await stage(tell)
  const alice = () => mount('alice', '/mnt', 'tmpfs')
  const look = 'grep " /mnt " /proc/self/mounts'
  const onMnt = () => line('/proc/self/mounts', /^\S+ \/mnt .*/m) ?? 'nothing on /mnt'
  tell.say('Without a namespace, what Alice mounts is there for everyone:')
  show(tell, look, { calls: [alice()] })
  tell.host(onMnt())
  call(umount2('/mnt'))
  tell.say(
    'A namespace alone is not enough: systemd makes all mounts shared, and then they tell each other of changes:',
  )
  call(mount('none', '/', '', C.MS_REC | C.MS_SHARED))
  show(tell, look, { flags: C.CLONE_NEWNS, calls: [alice()] })
  tell.host(`${onMnt()}\nhad she mounted /proc, the host would have lost its own`)
  call(umount2('/mnt'))
  tell.say('So a container makes them private before it mounts anything:')
  show(tell, look, { flags: C.CLONE_NEWNS, calls: [...makePrivate(), alice()] })
  tell.host(onMnt())
}

async function ipc(tell: Narrator) {
  await stage(tell)
  const look = 'while read key id rights rest; do echo "$key $rights"; done < /proc/sysvipc/msg'
  const queues = () => read('/proc/sysvipc/msg').trim().split('\n').length - 1
  tell.say('Message queues have numbers for names. Alice makes queue 1979, and goes:')
  show(tell, look, { calls: [msgget(1979)] })
  tell.host(`${queues()} queue: it is still there, for the next who knows the number`)
  tell.say('In an IPC namespace the number means another queue, and it goes with the namespace:')
  show(tell, look, { flags: C.CLONE_NEWIPC, calls: [msgget(2001)] })
  tell.host(`${queues()} queue: the old one`)
}

function network(tell: Narrator) {
  const links = (text: string) => [...text.matchAll(/^ *([^ :]+):/gm)].map((found) => found[1]).join(' ')
  tell.say('Without a namespace, Alice has the links of the host, and can listen on any of its ports:')
  tell.inside(links(ask('cat /proc/net/dev').inside))
  tell.say('In a network namespace there is one link, and it is down:')
  tell.inside(links(ask('cat /proc/net/dev', { flags: C.CLONE_NEWNET }).inside))
  tell.host(`${links(read('/proc/self/net/dev'))}. Chapter 7 lays a cable from one to the other`)
}

function cgroup(tell: Narrator) {
  const version1 = existsSync('/sys/fs/cgroup/pids/cgroup.procs')
  const group = `/sys/fs/cgroup${version1 ? '/pids' : ''}/alice-${process.pid}`
  cleanUpFirst()
  using end = new DisposableStack()
  mkdirSync(group)
  end.defer(() => rmdirSync(group))
  const look = `grep ${version1 ? ':pids:' : '^0::'} /proc/self/cgroup`
  const join = () => put(`${group}/cgroup.procs`, '0')
  tell.say('A process may read where in the tree of cgroups it is, and learns how the host is organised:')
  show(tell, look, { calls: join() })
  tell.say('In a cgroup namespace, the place where it is when it enters becomes the top:')
  const meanwhile = (pid: number) => line(`/proc/${pid}/cgroup`, /.*alice.*/)
  show(tell, `${look}; read wait`, { calls: [...join(), unshare(C.CLONE_NEWCGROUP)], meanwhile })
}

function user(tell: Narrator) {
  const nobody = 65534
  const become = () => [setgroups([]), setresgid(nobody), setresuid(nobody)]
  const rename = () => allowing('EPERM', sethostname('alice'))
  const look = 'id -u; cat /etc/shadow 2>&1; read wait'
  const meanwhile = (pid: number) => `process ${pid} has ${line(`/proc/${pid}/status`, /Uid:.*/)}`
  tell.say(
    `As user ${nobody}, Alice may do nothing that is for root, not even give a name to a machine of her own:`,
  )
  show(tell, look, { flags: C.CLONE_NEWUTS, calls: [...become(), rename()], meanwhile })
  tell.say(
    'But anyone may make a user namespace and write: "user 0 in here is me". She has every right in it, none outside:',
  )
  const calls = [
    ...become(),
    // who has changed the user is not to be looked into, unless it says so: then /proc/self is its own again. proc(5)
    prctl(C.PR_SET_DUMPABLE, 1),
    unshare(C.CLONE_NEWUSER | C.CLONE_NEWUTS),
    ...put('/proc/self/setgroups', 'deny'),
    ...put('/proc/self/uid_map', `0 ${nobody} 1`),
    ...put('/proc/self/gid_map', `0 ${nobody} 1`),
    rename(),
  ]
  const restricted = '/proc/sys/kernel/apparmor_restrict_unprivileged_userns'
  if (existsSync(restricted) && read(restricted).trim() === '1')
    tell.say('(Not here: AppArmor of this host gives no rights in such a namespace. The calls would fail.)')
  else show(tell, look, { calls, meanwhile })
  tell.say('Root can give her more: 65536 users of her own, all of them no one on the host:')
  const range = [{ containerID: 0, hostID: 100_000, size: 65_536 }]
  const atGate = (pid: number) => writeIdMaps(pid, range, range)
  const asRoot = [setgroups([]), setresgid(0), setresuid(0)]
  show(tell, look, { flags: C.CLONE_NEWUSER, calls: asRoot, atGate, meanwhile })
}

function time(tell: Narrator) {
  // the clock is another one for processes that begin after the call, so another one has to look
  const look = '(read up idle < /proc/uptime; echo "up for $up seconds"); true'
  tell.say('How long a machine has been running can be seen by all:')
  show(tell, look)
  tell.say('In a time namespace that clock can be set, here 1000 days ahead. Containers rarely have one:')
  const ahead = put('/proc/self/timens_offsets', 'boottime 86400000 0')
  show(tell, look, { calls: [unshare(C.CLONE_NEWTIME), ...ahead] })
  tell.host(`up for ${read('/proc/uptime').split(' ')[0]} seconds`)
}

function join(tell: Narrator) {
  using ends = new DisposableStack()
  tell.say("Alice's container runs. Its first program sleeps:")
  const calls = [...makePrivate(), newProc(), sethostname('alice')]
  const { pid } = sleeper(ends, cloneFlags(usual), calls)
  const pidfd = call(pidfd_open(pid))
  ends.defer(() => call(close(pidfd)))
  const look =
    'echo "I am $$ on $(uname -n), and see processes" [0-9]*; test -e self || echo "but not myself"'
  const program = () => execve('/bin/sh', ['sh', '-c', `cd /proc; ${look}`], ['PATH=/usr/bin:/bin'])
  const enter = () => [...callsOf(joinSteps(pidfd, usual)), program()]
  tell.say('A second one enters its namespaces. But a process cannot change the numbers that it has:')
  tell.inside(outputOf(0, enter()))
  tell.say('So its parent says before: my children shall be born there. Then it takes that back:')
  tell.inside(inPidNamespace(pidfd, () => outputOf(0, enter())))
  tell.say('It could as well hold a container itself, whose first process then has three numbers:')
  const holder = [...callsOf(joinSteps(pidfd, usual)), unshare(C.CLONE_NEWPID)]
  const script = execve('/bin/sh', ['sh', '-c', '/bin/sleep 60; true'], [])
  const outer = inPidNamespace(pidfd, () => clone(0, [...holder, script]))
  ends.defer(() => {
    attempt(kill(outer, C.SIGKILL))
    waitNow(outer)
  })
  tell.host(line(`/proc/${someChildOf(outer)}/status`, /NSpid:.*/) ?? '')
}

function kernel(tell: Narrator) {
  const look = 'uname -r; cat /proc/sys/kernel/random/boot_id'
  const flags = cloneFlags(usual)
  tell.say('Which kernel runs here, and when was it started? (It makes up a number at each start.)')
  tell.inside(tell.quietly(() => ask(look, { flags })).inside)
  tell.host(tell.quietly(() => ask(look)).inside)
  tell.say('Nothing starts but a process. Twenty containers, one after the other, all running at the end:')
  const { time, memory } = tell.quietly(() => costOf(20, flags))
  tell.host(`each took ${time.toFixed(1)} ms, and has ${memory.toFixed(0)} KB of memory for itself alone`)
}

async function node(tell: Narrator) {
  await stage(tell)
  tell.say(
    'A namespace belongs to a thread, and Node has several. This one is on the stage and mounts something there:',
  )
  call(mount('alice', '/mnt', 'tmpfs'))
  mkdirSync('/mnt/letters-to-bob')
  const shown = (names: string[]) => (names.length === 0 ? 'empty' : names.join(' '))
  tell.inside(
    `readdirSync('/mnt')    ${shown(readdirSync('/mnt'))}, in ${readlinkSync('/proc/thread-self/ns/mnt')}`,
  )
  const [names, where] = [await readdir('/mnt'), await readlink('/proc/thread-self/ns/mnt')]
  tell.host(`await readdir('/mnt')  ${shown(names)}, in ${where}`)
  call(umount2('/mnt'))
  tell.say(
    'The threads that work for promises have never left: they would write to the real host, without an error.',
  )
  tell.say('A user namespace is for a whole process. The kernel refuses to split one:')
  attempt(unshare(C.CLONE_NEWUSER))
  tell.say('And nobody may enter a mount namespace who shares root and current directory, as threads do:')
  const thread = new Worker('setInterval(() => {}, 1000)', { eval: true })
  await once(thread, 'online')
  const own = call(openat(C.AT_FDCWD, '/proc/thread-self/ns/mnt', C.O_RDONLY | C.O_CLOEXEC))
  attempt(setns(own, C.CLONE_NEWNS))
  tell.say('A thread that takes its own copy of both may:')
  call(unshare(C.CLONE_FS))
  call(setns(own, C.CLONE_NEWNS))
  call(close(own))
  await thread.terminate()
}

await tell({
  number: 3,
  title: 'Namespaces: what a process sees',
  file: '03-namespaces.ts',
  experiments: [
    { name: 'nothing', shows: 'the attack: what a new root does not hide', run: nothing },
    { name: 'all', shows: 'the same in namespaces', run: all },
    { name: 'uts', shows: 'the name of the machine', run: uts },
    { name: 'pid', shows: 'the processes', run: pid },
    { name: 'init', shows: 'the first process, and what ends with it', run: init },
    { name: 'mount', shows: 'the mounts, and why they must be private', run: mounts },
    { name: 'ipc', shows: 'the message queues', run: ipc },
    { name: 'network', shows: 'the links', run: network },
    { name: 'cgroup', shows: 'the place in the tree of cgroups', run: cgroup },
    { name: 'user', shows: 'who is root, and where', run: user },
    { name: 'time', shows: 'how long the machine has been running', run: time },
    { name: 'join', shows: 'a second program in a container that runs', run: join },
    { name: 'kernel', shows: 'what a container is less than a virtual machine', run: kernel },
    { name: 'node', shows: "Node's own surprises: one process, two namespaces", run: node },
  ],
  shell: (tell) => {
    tell.say(
      `A shell with namespaces of its own: ${usual.join(', ')}. Try: uname -n; ps aux; cat /proc/net/dev`,
    )
    return shell(cloneFlags(usual), [...makePrivate(), newProc(), sethostname('alice')])
  },
})
