// AppArmor: a policy of the host, by the name of a profile, which holds whatever else was overlooked. A host without it has
// none to give. The kernel changes the profile at the next execve(2), and only a process itself can ask for that: by a file
// of its /proc, which has to be the real one. apparmor(7), proc_pid_attr(5)

import { openInProc } from '../rootfs/walk.ts'
import { close, write } from '../syscall/file.ts'
import { type Fd, type Step, stepsOf } from '../syscall/syscall.ts'

/** Docker loads it when it starts; where it is loaded, it is right for our containers, too. */
export const usualProfile = 'docker-default'

/** Where the kernel lists what is loaded: `docker-default (enforce)`. Not there, where AppArmor is not on. */
export const profilesFile = '/sys/kernel/security/apparmor/profiles'

/** `Y` where AppArmor is on. Everybody may read it; the profiles only root. */
export const enabledFile = '/sys/module/apparmor/parameters/enabled'

/** The names of the profiles that are loaded, out of that file. */
export function profileNames(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.replace(/ \([a-z]+\)$/, ''))
    .filter((name) => name !== '')
}

/**
 * The profile of a container.
 * @param wish `--security-opt apparmor=…`
 * @param loaded undefined where AppArmor is not on
 * @returns undefined for none
 * @throws Error for a profile that is asked for and not there: without it the container would be less safe than was said
 */
export function profileFor(
  wish: string | undefined,
  isPrivileged: boolean,
  loaded: readonly string[] | undefined,
): string | undefined {
  if (wish === 'unconfined' || (wish === undefined && isPrivileged)) return undefined
  if (wish === undefined) return loaded?.includes(usualProfile) ? usualProfile : undefined
  if (loaded === undefined)
    throw new Error(
      `The AppArmor profile ${wish} cannot be had: AppArmor is not on, on this host, or /sys/kernel/security is not mounted.`,
    )
  if (!loaded.includes(wish))
    throw new Error(`The AppArmor profile ${wish} is not loaded.\nLoad it first: apparmor_parser -r FILE`)
  return wish
}

/** From the next execve on, this profile holds. @param proc the root of a proc that is held, and is the real one */
export function profileSteps(profile: string | undefined, proc: Fd): Step[] {
  if (profile === undefined) return []
  const file = openInProc(proc, 'self/attr/apparmor/exec')
  return stepsOf(8)(
    `the program, and all that it starts, has the AppArmor profile ${profile}`,
    file,
    write(file, `exec ${profile}`),
    close(file),
  )
}
