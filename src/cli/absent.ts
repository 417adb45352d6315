// What Docker has and this engine does not: whoever asks for it is told so, and what there is instead. A word that
// nobody knows is another mistake, and has another message.

const ipv6 = 'IPv6 is off, and containers have addresses of IPv4 only'
const windows = 'it is for containers of Windows'
const swarm = 'there are no swarms here, one machine runs its own containers'
const noDaemon = 'there is no daemon to talk to, each command does its own work'
const ownNamespace = 'a container always has a namespace of its own for this'
const onePlatform = 'an image is here for one platform only, the one that it was pulled for'
const disks = 'single disks have no limits of their own here; --blkio-weight is for all of them'

const noTrust = 'signatures are never looked at; NAME@sha256:… names exactly one image'
const ofContainers: Readonly<Record<string, string>> = {
  '--annotation': 'nobody would read it; --label keeps what you want to note of a container',
  '--blkio-weight-device': disks,
  '--cgroup-parent': 'the control group of a container is gocker/ID',
  '--cgroupns': ownNamespace,
  '--cpu-count': windows,
  '--cpu-percent': windows,
  '--cpu-rt-period': 'time for real-time programs is not shared out; --cpus is for all others',
  '--cpu-rt-runtime': 'time for real-time programs is not shared out; --cpus is for all others',
  '--device-cgroup-rule': 'devices come in one by one, with --device',
  '--device-read-bps': disks,
  '--device-read-iops': disks,
  '--device-write-bps': disks,
  '--device-write-iops': disks,
  '--disable-content-trust': noTrust,
  '--gpus':
    'graphics cards need programs of their maker in the container; the device itself comes in with --device',
  '--io-maxbandwidth': windows,
  '--io-maxiops': windows,
  '--ip6': ipv6,
  '--ipc': ownNamespace,
  '--isolation': windows,
  '--kernel-memory': 'Docker has given it up, too; --memory counts what the kernel needs for a container',
  '--link':
    'containers on a network that you made find each other by name: gocker network create NET, and --network NET',
  '--link-local-ip': 'a container has one address in each of its networks',
  '--memory-swappiness':
    'only old kernels have it for a group; --memory-swap says how much may be swapped out',
  '--oom-kill-disable':
    'a container whose memory is full would hang for ever; --oom-score-adj says who is killed first',
  '--pid': `${ownNamespace}; gocker exec and gocker top see into it`,
  '--runtime': 'Gocker starts containers itself, and there is no other runtime',
  '--sig-proxy': 'signals always go to the program; gocker attach --sig-proxy=false keeps them from it',
  '--storage-opt':
    'what a container writes has no limit; --read-only with --tmpfs /tmp:size=64m gives it a small place',
  '--use-api-socket': noDaemon,
  '--uts': ownNamespace,
}

/** With these values they ask for what is so anyway, as in a script that says everything. */
const usual: Readonly<Record<string, readonly string[]>> = {
  '--cgroupns': ['private', ''],
  '--disable-content-trust': ['true'],
  '--ipc': ['private', ''],
  '--isolation': ['default', ''],
  '--oom-kill-disable': ['false'],
  '--pid': [''],
  '--sig-proxy': ['true'],
  '--uts': [''],
}

const flags: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  gocker: {
    '-c': noDaemon,
    '-D': `${noDaemon}; run --trace shows each system call`,
    '-H': noDaemon,
    '-l': noDaemon,
    '--config': 'what login remembers is in $DOCKER_CONFIG/config.json',
    '--context': noDaemon,
    '--debug': `${noDaemon}; run --trace shows each system call`,
    '--host': noDaemon,
    '--log-level': noDaemon,
    '--tls': noDaemon,
    '--tlscacert': noDaemon,
    '--tlscert': noDaemon,
    '--tlskey': noDaemon,
    '--tlsverify': noDaemon,
  },
  run: ofContainers,
  create: {
    ...ofContainers,
    '-a': 'gocker start -a and -i say what comes to you and what goes in',
    '--attach': 'gocker start -a and -i say what comes to you and what goes in',
  },
  start: {
    '--checkpoint': 'running programs cannot be saved and taken up again',
    '--checkpoint-dir': 'running programs cannot be saved and taken up again',
  },
  update: ofContainers,
  pull: {
    '-a': 'one image is pulled at a time',
    '--all-tags': 'one image is pulled at a time',
    '--disable-content-trust': noTrust,
  },
  version: { '--kubeconfig': swarm },
  rm: { '--link': 'there are no links; gocker network disconnect takes a container off a network' },
  rmi: { '--no-prune': 'layers that no image needs go with the last one', '--platform': onePlatform },
  images: { '--tree': onePlatform },
  history: { '--platform': onePlatform },
  'image inspect': { '--platform': onePlatform },
  save: { '--platform': onePlatform },
  load: { '--platform': onePlatform },
  'volume create': {
    '-o': 'a volume is a directory; what the host has mounted comes in with -v /path:/path',
    '--opt': 'a volume is a directory; what the host has mounted comes in with -v /path:/path',
    ...Object.fromEntries(
      'availability group limit-bytes required-bytes scope secret sharing topology-preferred topology-required type'
        .split(' ')
        .map((name) => [`--${name}`, swarm]),
    ),
  },
  'volume ls': { '--cluster': swarm },
  'network create': {
    '--attachable': 'every network here can be joined by every container; the flag is for swarms',
    '--aux-address': '--ip-range says which addresses containers may get',
    '--config-from': swarm,
    '--config-only': swarm,
    '--ingress': swarm,
    '--ipam-driver': 'addresses are given out by Gocker itself',
    '--ipam-opt': 'addresses are given out by Gocker itself',
    '--ipv4': 'networks always have IPv4',
    '--scope': swarm,
  },
  'network connect': {
    '--driver-opt': 'a single connection has no settings of its own; network create -o sets the MTU for all',
    '--gw-priority': 'the first network of a container is its way out',
    '--ip6': ipv6,
    '--link': 'containers on one network find each other by name; --alias gives one more name',
    '--link-local-ip': 'a container has one address in each of its networks',
  },
}

const building =
  'images come from a registry (pull) or an archive (load, import), and gocker commit makes one of a container'

const commands: Readonly<Record<string, string>> = {
  build: building,
  builder: building,
  buildx: building,
  bake: building,
  checkpoint: 'running programs cannot be saved and taken up again',
  completion: 'shells are not helped along yet',
  compose: 'containers are started one by one; --network lets them find each other by name',
  config: swarm,
  context: noDaemon,
  manifest: 'gocker image inspect shows what is here, and pull --platform takes one of several',
  node: swarm,
  plugin: 'there are no plugins',
  push: 'images are pulled, not pushed; gocker save writes an archive that other tools push',
  search: 'the web site of a registry finds images; gocker pull takes them',
  secret: `${swarm}; a file comes in with -v FILE:/run/secrets/NAME:ro`,
  service: `${swarm}; gocker system service starts containers at boot`,
  stack: swarm,
  swarm,
  trust: noTrust,
}

/** Why there is no such flag, if Docker has it. @param path `gocker run` @param flag `--gpus` or `-H` */
export function absentFlag(path: string, flag: string): string | undefined {
  const words = path.replace(/^gocker /, '').replace(/^container /, '')
  const known = flags[aliases[words] ?? words]
  return known && Object.hasOwn(known, flag) ? sentence(flag, known[flag]!) : undefined
}

/** Need it not be said, for it is so anyway? @param path as that of `absentFlag` */
export function isUsual(path: string, flag: string, value: string): boolean {
  return absentFlag(path, flag) !== undefined && (usual[flag]?.includes(value) ?? false)
}

const aliases: Readonly<Record<string, string>> = {
  'image ls': 'images',
  'image rm': 'rmi',
  'image pull': 'pull',
  'image history': 'history',
  'image save': 'save',
  'image load': 'load',
}

/** Why there is no such command, if Docker has it. @param path what stood before it: `gocker`, `gocker image` */
export function absentCommand(path: string, word: string): string | undefined {
  if (path !== 'gocker' && path !== 'gocker image') return undefined
  return Object.hasOwn(commands, word) ? sentence(word, commands[word]!) : undefined
}

function sentence(word: string, why: string): string {
  return `${word} is something of Docker's that is not here: ${why}.`
}
