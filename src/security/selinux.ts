// SELinux: labels for a container's processes and files, by which a policy of the host decides. They are used where they are
// asked for, as with dockerd unless it was started with --selinux-enabled. Nothing is read here but text. selinux(8)

import { openInProc } from '../rootfs/walk.ts'
import { close, write } from '../syscall/file.ts'
import { type Fd, type Step, stepsOf } from '../syscall/syscall.ts'

export interface Labels {
  readonly process: string
  /** Of its files, as an option of mounts. */
  readonly mount: string
}

/** Where the kernel shows SELinux, if it is on. */
export const selinuxDirectory = '/sys/fs/selinux'

/** What the policy of the host has for containers: container-selinux, lxc_contexts(5). */
export const contextsFile = '/etc/selinux/targeted/contexts/lxc_contexts'

const usual: Labels = {
  process: 'system_u:system_r:container_t:s0',
  mount: 'system_u:object_r:container_file_t:s0',
}

/** The labels in `contextsFile`; those that container-selinux has, if there is no such file. */
export function labelsIn(text: string | undefined): Labels {
  const of = (key: string) => new RegExp(`^${key}\\s*=\\s*"([^"]+)"`, 'm').exec(text ?? '')?.[1]
  return { process: of('process') ?? usual.process, mount: of('file') ?? usual.mount }
}

const parts = ['user', 'role', 'type', 'level'] as const

/**
 * The labels of a container.
 * @param wishes `--security-opt label=…`: `disable`, or `user:…`, `role:…`, `type:…`, `level:…` for its processes
 * @param host what the host has for containers; undefined where SELinux is not on
 * @param id of the container: two categories come of it, so that containers cannot reach each other's files
 * @returns undefined for none
 * @throws Error for a wish that is none, or cannot be granted here
 */
export function labelsFor(
  wishes: readonly string[],
  host: Labels | undefined,
  id: string,
): Labels | undefined {
  if (wishes.length === 0 || wishes.includes('disable')) return undefined
  const wanted = wishes.map((wish) => {
    const [, key, value = ''] = /^([a-z]+)[:=](.+)$/.exec(wish) ?? []
    const part = parts.find((one) => one === key)
    if (!part)
      throw new Error(
        `Bad label option "${wish}", valid options 'disable' or 'user, role, level, type' followed by ':' and a value`,
      )
    return [part, value] as const
  })
  if (host === undefined)
    throw new Error(`label=${wishes[0]} cannot be had: SELinux is not on, on this host.`)
  const { level = `s0:${categories(id)}`, ...own } = Object.fromEntries(wanted) as Partial<
    Record<(typeof parts)[number], string>
  >
  const [user, role, type] = host.process.split(':')
  const [fileUser, fileRole, fileType] = host.mount.split(':')
  return {
    process: [own.user ?? user, own.role ?? role, own.type ?? type, level].join(':'),
    mount: [own.user ?? fileUser, fileRole, fileType, level].join(':'),
  }
}

/** Two of 1024, the smaller one first, as libselinux's users have them. */
function categories(id: string): string {
  const one = Number.parseInt(id.slice(0, 8), 16) % 1024
  const other = Number.parseInt(id.slice(8, 16), 16) % 1023
  const second = other >= one ? other + 1 : other
  return `c${Math.min(one, second)},c${Math.max(one, second)}`
}

/** From the next execve on, the program has this label. @param proc the root of a proc that is held, and is the real one */
export function labelSteps(label: string | undefined, proc: Fd): Step[] {
  if (label === undefined) return []
  const file = openInProc(proc, 'self/attr/exec')
  return stepsOf(8)('the program has this SELinux label', file, write(file, label), close(file))
}
