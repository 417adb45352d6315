// The flags that say where the image comes from: --pull and --platform.

import type { Command } from 'commander'
import { UserError } from '../container/user-error.ts'
import type { PullPolicy } from './find-or-pull.ts'

export interface PullFlags {
  readonly pull: PullPolicy
  readonly platform?: string
  readonly quiet: boolean
}

export function addPullFlags(command: Command): Command {
  return command
    .option('--pull <policy>', 'Pull image before running: always, missing or never', pullPolicy, 'missing')
    .option('-q, --quiet', 'Suppress the pull output', false)
    .option('--platform <string>', 'Set platform if the image has several, as linux/arm64')
}

function pullPolicy(text: string): PullPolicy {
  if (text === 'always' || text === 'missing' || text === 'never') return text
  throw new UserError(`invalid pull option: '${text}': must be one of "always", "missing" or "never"`, 125)
}
