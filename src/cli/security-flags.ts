// --security-opt: what a container may be kept from, or not.

import type { RunOptions } from '../container/options.ts'
import { UserError } from '../container/user-error.ts'
import { readProfile } from './seccomp-file.ts'

type SecurityOptions = Pick<
  RunOptions,
  'noNewPrivileges' | 'seccomp' | 'apparmor' | 'selinux' | 'systemPaths' | 'securityOpt'
>

/** What comes later wins. @throws UserError for an option that there is not, or a profile that is none */
export function securityOptions(given: readonly string[] | undefined): SecurityOptions {
  const all = (given ?? []).map(securityOption)
  const selinux = all.flatMap((one) => one.selinux ?? [])
  const said = { noNewPrivileges: false, ...(given ? { securityOpt: given } : {}) }
  return Object.assign(said, ...all, selinux.length > 0 ? { selinux } : {})
}

function securityOption(option: string): Partial<SecurityOptions> {
  const [, key, value = ''] = /^([^=:]*)(?:[=:](.*))?$/s.exec(option) ?? []
  if (key === 'no-new-privileges' && ['', 'true', 'false'].includes(value))
    return { noNewPrivileges: value !== 'false' }
  if (key === 'seccomp' && value !== '')
    return { seccomp: value === 'unconfined' || value === 'builtin' ? value : readProfile(value) }
  if (key === 'apparmor' && value !== '') return { apparmor: value }
  if (key === 'systempaths' && value === 'unconfined') return { systemPaths: value }
  // each says a part
  if (key === 'label' && value !== '') return { selinux: [value] }
  throw new UserError(
    `invalid --security-opt: ${option}\nThere are no-new-privileges, seccomp=FILE, seccomp=unconfined, seccomp=builtin, apparmor=PROFILE, apparmor=unconfined, label=disable, label=PART:VALUE and systempaths=unconfined.`,
    125,
  )
}
