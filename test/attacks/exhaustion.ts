// Attacks on the neighbours: taking so much that nothing is left for others.

import { availableCapabilities } from '../../src/security/capabilities.ts'
import * as C from '../../src/syscall/constants.ts'
import { openat } from '../../src/syscall/file.ts'
import { syscall } from '../../src/syscall/syscall.ts'
import { attacks, lastWorked, type Protection, says } from './attack.ts'
import { numbered } from './calls.ts'
import { capabilities, limit } from './protections.ts'

const shmSize: Protection = {
  layer: 'size of /dev/shm',
  without: '--shm-size 300m',
  off: ['--shm-size', '300m'],
}

export const exhaustion = attacks(
  {
    name: 'forks without end',
    tries: 'starts processes until the table of the host is full',
    stoppedBy: [limit('--pids-limit', '40')],
    left: 'kernel.pid_max and the limits of the host’s service manager; as in Docker, there is no limit unless one is asked for',
    attack: () => ({
      script: 'for i in $(seq 100); do sleep 5 & done 2> /dev/null; ls -d /proc/[0-9]* | wc -l',
    }),
    gotThrough: ({ stdout }) => Number(stdout.trim().split('\n').at(-1)) > 60,
  },
  {
    name: 'all of the memory',
    tries: 'takes memory until the kernel has to end programs of others',
    stoppedBy: [limit('-m', '32m')],
    left: 'oom_score_adj; as in Docker, there is no limit unless one is asked for',
    // MAP_POPULATE
    attack: () => ({
      calls: [
        syscall(
          'mmap',
          0,
          96 * 2 ** 20,
          C.PROT_READ | C.PROT_WRITE,
          C.MAP_PRIVATE | C.MAP_ANONYMOUS | 0x8000,
          -1,
          0,
        ),
      ],
    }),
    gotThrough: lastWorked,
  },
  {
    name: 'memory by way of files',
    tries: 'fills /dev/shm, which is memory',
    stoppedBy: [shmSize],
    left: 'the limit of memory, which counts it too, where one is set',
    attack: () => ({ script: 'head -c 100000000 /dev/zero > /dev/shm/x; stat -c %s /dev/shm/x' }),
    gotThrough: ({ stdout }) => Number(stdout) === 100_000_000,
  },
  {
    name: 'all of the disk',
    tries: 'writes a file that does not end',
    stoppedBy: [limit('--read-only', '--tmpfs', '/tmp:size=1m')],
    left: 'nothing: what a container writes lies on the host’s disk, and as in Docker no size is set for it',
    attack: () => ({
      script:
        'for path in /x /tmp/x /var/x; do head -c 5000000 /dev/zero > $path && echo full; done 2> /dev/null; true',
    }),
    gotThrough: says('full'),
  },
  {
    name: 'all of the inodes',
    tries: 'makes empty files, which take no space, until none can be made',
    stoppedBy: [limit('--read-only', '--tmpfs', '/tmp:size=1m,nr_inodes=50')],
    left: 'nothing: they are those of the host’s file system',
    attack: () => ({
      script: 'for i in $(seq 100); do (: > /x$i || : > /tmp/x$i) 2> /dev/null && echo made; done | wc -l',
    }),
    gotThrough: ({ stdout }) => Number(stdout) === 100,
  },
  {
    name: 'one file without end',
    tries: 'writes a single large file, where the disk is hers to use',
    stoppedBy: [limit('--ulimit', 'fsize=1000000:1000000')],
    left: 'nothing; many files are still as much',
    attack: () => ({ script: 'head -c 3000000 /dev/zero > /x; stat -c %s /x' }),
    gotThrough: ({ stdout }) => Number(stdout) === 3_000_000,
  },
  {
    name: 'open files without end',
    tries: 'opens files until the table of the kernel is full',
    stoppedBy: [limit('--ulimit', 'nofile=32:32')],
    left: 'fs.file-max, and the limit that the engine itself was started with',
    attack: () => ({ calls: Array.from({ length: 64 }, () => openat(C.AT_FDCWD, '/', C.O_RDONLY)) }),
    gotThrough: lastWorked,
  },
  {
    name: 'be served first',
    tries: 'gives herself a higher priority than all others: setpriority(2)',
    stoppedBy: [capabilities('SYS_NICE')],
    left: 'the shares of processor time of her cgroup, within which it counts',
    attack: () => ({ calls: [numbered(141, 140, 0, 0, -19)] }),
    gotThrough: lastWorked,
  },
  {
    name: 'have the others killed',
    tries: 'tells the OOM killer to spare her, so that it takes a neighbour',
    stoppedBy: [capabilities('SYS_RESOURCE')],
    left: 'the limit of memory, where one is set: within it only she can be killed',
    missing: () =>
      !availableCapabilities().includes('CAP_SYS_RESOURCE') &&
      'this kernel gives us no CAP_SYS_RESOURCE, and so the container could not get it',
    attack: () => ({ script: 'echo -1000 > /proc/self/oom_score_adj && echo spared' }),
    gotThrough: says('spared'),
  },
)
