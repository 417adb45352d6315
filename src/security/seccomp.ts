// The filter for a container's system calls: from the rules of its spec to the call that sets it. Only `installSteps`,
// once made, does something: from then on the kernel asks the filter before each call of that process and of its
// children, and nothing can take it away. seccomp(2); runc, libcontainer/seccomp

import { SECCOMP_FILTER_FLAG_LOG, SECCOMP_FILTER_FLAG_SPEC_ALLOW } from '../syscall/constants.ts'
import { type Arch, arch } from '../syscall/numbers.ts'
import { seccomp } from '../syscall/process.ts'
import { type Step, stepsOf } from '../syscall/syscall.ts'
import { programBytes } from './bpf.ts'
import { compile } from './seccomp-compile.ts'
import type { LinuxSeccomp } from './seccomp-profile.ts'

export interface Filter {
  /** An array of struct sock_filter. */
  readonly program: Uint8Array
  /** Of SECCOMP_FILTER_FLAG_. */
  readonly flags: number
}

const flagBits: Readonly<Record<string, number>> = {
  SECCOMP_FILTER_FLAG_LOG,
  SECCOMP_FILTER_FLAG_SPEC_ALLOW,
  // all threads at once: here there is only one
  SECCOMP_FILTER_FLAG_TSYNC: 0,
}

/** The filter for these rules. @throws Error if the kernel would not take it */
export function filterOf(rules: LinuxSeccomp, processor: Arch = arch): Filter {
  return { program: programBytes(compile(rules, processor)), flags: filterFlags(rules) }
}

export function filterFlags({ flags = [] }: LinuxSeccomp): number {
  return flags.reduce((all, one) => all | (flagBits[one] ?? 0), 0)
}

/** Can the runtime set this flag? */
export const isKnownFlag = (name: string) => Object.hasOwn(flagBits, name)

/** Set the filter. It needs CAP_SYS_ADMIN, or no_new_privs. */
export function installSteps({ program, flags }: Filter): Step[] {
  return stepsOf(8)(
    'from here on the kernel asks this filter about every call: may it be made, with these arguments?',
    seccomp(program, flags),
  )
}
