import { describe, expect, it } from 'vitest'
import { notation } from '../syscall/trace.ts'
import { maskedPaths, maskedSteps, readonlyPaths, readonlySteps } from './masked-paths.ts'

describe('masked and read-only paths', () => {
  it('are at least those of Docker', () => {
    for (const path of [
      '/proc/asound /proc/acpi /proc/interrupts /proc/kcore /proc/keys /proc/latency_stats /proc/timer_list',
      '/proc/timer_stats /proc/sched_debug /proc/scsi /sys/firmware /sys/devices/virtual/powercap',
    ].flatMap((line) => line.split(' ')))
      expect(maskedPaths).toContain(path)
    expect(readonlyPaths.toSorted()).toEqual(
      ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'].toSorted(),
    )
  })

  it('take /dev/null before pivot_root, once for each file, so that the image cannot put another in its place', () => {
    const { before, after } = maskedSteps(['/proc/keys', '/proc/kcore', '/sys/firmware'])
    expect(before.map((s) => notation(s.call))).toEqual(
      Array(2).fill('open_tree(AT_FDCWD, "/dev/null", OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC)'),
    )
    expect(after.map((s) => s.call.name)).toEqual(['move_mount', 'move_mount', 'mount'])
    expect(after.map((s) => s.call.args)).not.toContain('/dev/null')
    expect(after[0]!.call.args[0]).toBe(before[0]!.call)
  })

  it('pass over what this kernel does not have, and over nothing else', () => {
    const steps = [...maskedSteps(maskedPaths).after, ...readonlySteps(readonlyPaths)]
    expect(new Set(steps.map((s) => s.call.allow))).toEqual(new Set(['ENOENT']))
  })

  it('ask what lies at a path that is not in Docker’s list', () => {
    expect(() => maskedSteps(['/proc/alice'])).toThrow('/proc/alice a file or a directory')
    expect(maskedSteps(['/proc/alice'], () => 'directory').after[0]!.call.name).toBe('mount')
    expect(maskedSteps(['/sys/devices/system/cpu/cpu12/thermal_throttle']).after[0]!.call.name).toBe('mount')
  })

  it('keep the other flags of /proc when a path becomes read-only', () => {
    expect(readonlySteps(['/proc/sys']).map((s) => notation(s.call))).toEqual([
      'mount("/proc/sys", "/proc/sys", "", MS_BIND|MS_REC, NULL)',
      'mount("", "/proc/sys", "", MS_RDONLY|MS_NOSUID|MS_NODEV|MS_NOEXEC|MS_REMOUNT|MS_BIND, NULL)',
    ])
  })
})
