// Attacks by the files of /proc and /sys that belong to the whole machine. Nothing is written to them: that they are open for
// writing is all that Mallory needs.

import { existsSync } from 'node:fs'
import { mount } from '../../src/syscall/mount.ts'
import { type Attack, attacks, type Protection, says } from './attack.ts'
import { setting } from './machine.ts'
import { capabilities, insert, listed, maskedPaths, readonlyPaths, readonlySys } from './protections.ts'

const opens = (path: string) => `(: >> ${path}) 2> /dev/null && echo open; true`
const isOpen = says('open')
const absent = (path: string) => () => !existsSync(path) && `this kernel has no ${path}`

const writes = (
  path: string,
  left: string,
): Pick<Attack, 'stoppedBy' | 'left' | 'missing' | 'attack' | 'gotThrough'> => ({
  stoppedBy: [readonlyPaths],
  left,
  missing: absent(path),
  attack: () => ({ script: opens(path) }),
  gotThrough: isOpen,
})

const masked = (
  path: string,
  left: string,
): Pick<Attack, 'stoppedBy' | 'left' | 'missing' | 'attack' | 'gotThrough'> => ({
  stoppedBy: [maskedPaths],
  left,
  missing: absent(path),
  attack: () => ({ script: `head -c 1 ${path} | grep -q . && echo read; true` }),
  gotThrough: says('read'),
})

const nothing = 'nothing: these files ask for no capability, only for user 0'

const nothingBelowProc: Protection = listed(
  'no mounts below /proc',
  'a list with such a mount',
  ({ steps }) =>
    insert(steps, 'after', (step) => step.call.name === 'mount' && step.call.args[1] === '/proc', [
      mount('tmpfs', '/proc/tty', 'tmpfs'),
    ]),
)

const ownSettings: Protection = {
  layer: 'list of settings',
  without: 'a spec with that setting, to the value that it has',
  spec: (spec) => ({
    ...spec,
    linux: { ...spec.linux, sysctl: { 'vm.swappiness': setting('vm/swappiness') ?? '60' } },
  }),
}

export const proc = attacks(
  {
    name: 'what the host runs at a crash',
    tries: 'writes a program into /proc/sys/kernel/core_pattern, crashes, and has it run on the host',
    ...writes('/proc/sys/kernel/core_pattern', nothing),
  },
  {
    name: 'what the kernel runs to find a module',
    tries: 'writes a program into /proc/sys/kernel/modprobe, which the kernel starts on the host',
    ...writes('/proc/sys/kernel/modprobe', nothing),
  },
  {
    name: 'the panic button',
    tries: 'writes c into /proc/sysrq-trigger, at which the kernel crashes',
    ...writes('/proc/sysrq-trigger', nothing),
  },
  {
    name: 'make the kernel panic when memory is short',
    tries: 'writes into /proc/sys/vm/panic_on_oom',
    ...writes('/proc/sys/vm/panic_on_oom', nothing),
  },
  {
    name: 'empty the caches of all',
    tries: 'writes into /proc/sys/vm/drop_caches, again and again',
    ...writes('/proc/sys/vm/drop_caches', nothing),
  },
  {
    name: 'where interrupts go',
    tries: 'moves the interrupts of the machine to one processor, by /proc/irq',
    ...writes('/proc/irq/default_smp_affinity', nothing),
  },
  {
    name: 'registers of devices',
    tries: 'opens the registers of a PCI device for writing, below /proc/bus/pci',
    ...writes('/proc/bus/pci/devices', 'CAP_SYS_ADMIN, for the registers that count'),
    attack: () => ({ script: `for path in /proc/bus/pci/*/*.*; do ${opens('$path')}; done` }),
  },
  {
    name: 'what the kernel runs for a device',
    tries:
      'writes a program into /sys/kernel/uevent_helper, which the kernel starts for each event of a device',
    ...writes('/sys/kernel/uevent_helper', nothing),
    stoppedBy: [readonlySys],
  },
  {
    name: 'settings of the kernel in /sys',
    tries: 'opens a setting of the whole machine below /sys for writing',
    ...writes('/sys/kernel/mm/transparent_hugepage/enabled', nothing),
    stoppedBy: [readonlySys],
    missing: () => false,
    attack: () => ({
      script: `for path in /sys/kernel/mm/transparent_hugepage/enabled /sys/kernel/mm/lru_gen/enabled /sys/kernel/profiling /sys/kernel/rcu_expedited /sys/power/state; do
        [ -e $path ] && ${opens('$path')}; done; true`,
    }),
  },
  {
    name: 'the memory of the kernel',
    tries: 'reads /proc/kcore, in which the memory of the whole machine is',
    ...masked('/proc/kcore', 'lockdown, where the host uses it'),
    stoppedBy: [maskedPaths, capabilities('SYS_RAWIO')],
  },
  {
    name: 'keys of others',
    tries: 'reads /proc/keys, where the keys of all are listed',
    ...masked('/proc/keys', 'nothing for her own user number, which is 0 as that of the host’s root'),
  },
  {
    name: 'clocks of all programs',
    tries: 'reads /proc/timer_list, which tells what runs on the host',
    ...masked('/proc/timer_list', 'since Linux 4.15 it asks for CAP_SYS_ADMIN to tell addresses'),
  },
  {
    name: 'keystrokes by interrupts',
    tries: 'counts the interrupts of the keyboard in /proc/interrupts, and so learns when a key is pressed',
    ...masked('/proc/interrupts', nothing),
  },
  {
    name: 'the tables of the firmware',
    tries: 'reads what the firmware says about the machine, below /sys/firmware',
    ...masked('/sys/firmware', nothing),
    attack: () => ({ script: 'ls /sys/firmware | grep -q . && echo read; true' }),
  },
  {
    name: 'secrets by the use of power',
    cve: 'CVE-2020-8694',
    tries: 'measures the power of the processor below /sys/devices/virtual/powercap',
    ...masked(
      '/sys/devices/virtual/powercap',
      'since Linux 5.10 only root may read it; a container’s root is one',
    ),
    attack: () => ({ script: 'ls /sys/devices/virtual/powercap | grep -q . && echo read; true' }),
  },
  {
    name: 'a cover that leads elsewhere',
    cve: 'CVE-2025-31133',
    tries: 'makes an image that has a link at /dev/null, so that core_pattern lies where a cover should',
    stoppedBy: [
      listed(
        'covers taken before the root changes',
        'a list that takes /dev/null inside the new root, before its own /dev is there',
        ({ steps }) => {
          const takes = (step: (typeof steps)[number]) =>
            step.call.name === 'open_tree' && step.call.args[1] === '/dev/null'
          const moved = steps.filter(takes).map(({ call }) => call)
          const others = steps.filter((step) => !takes(step))
          const isProc = (step: (typeof steps)[number]) =>
            step.call.name === 'mount' && step.call.args[1] === '/proc'
          return insert(others, 'after', isProc, moved)
        },
      ),
    ],
    left: 'nothing: what covers is open for writing',
    image: 'attack-null',
    attack: () => ({ script: `cat /proc/timer_list; ${opens('/proc/timer_list')}` }),
    gotThrough: ({ stdout }) => stdout.includes(`${setting('kernel/core_pattern')}\nopen`),
  },
  {
    name: 'files of her own in /proc',
    cve: 'CVE-2019-16884',
    tries:
      'makes an image that has a volume below /proc, so that what is written about the container is not written',
    stoppedBy: [nothingBelowProc],
    left: 'a check of what one writes to, which runc does as well',
    attack: {
      does: ({ run, isOff }) =>
        run(isOff(nothingBelowProc) ? [] : ['--tmpfs', '/proc/tty'], {
          script: 'echo mine > /proc/tty/lie; cat /proc/tty/lie',
        }),
    },
    gotThrough: says('mine'),
  },
  {
    name: 'a setting of the host by a flag',
    tries: 'gets whoever starts her container to give it --sysctl, for a setting that is not its own',
    stoppedBy: [ownSettings],
    left: 'nothing: the settings are made by root of the host',
    attack: {
      does: ({ run, isOff }) =>
        run(isOff(ownSettings) ? [] : ['--sysctl', `vm.swappiness=${setting('vm/swappiness')}`], {
          script: 'echo set',
        }),
    },
    gotThrough: says('set\n'),
  },
)
