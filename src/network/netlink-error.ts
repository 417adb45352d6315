// The error of a netlink request: which message the kernel refused, its errno, what it says in words, what to do.

import { errnoMessage, errnoName } from '../syscall/errno.ts'
import type { Message } from './netlink.ts'

export class NetlinkError extends Error {
  /** The message that was refused. */
  readonly refused: Message
  readonly errno: number
  /** The errno's name, as `EEXIST`. */
  readonly code: string

  constructor(refused: Message, errno: number, words: string) {
    const code = errnoName(errno)
    const lines = [
      `netlink {${refused.text}}: ${code}: ${errnoMessage(errno)}${words ? ` (${words})` : ''}`,
      hint(refused, code),
    ]
    super(lines.filter((line) => line !== undefined).join('\n'))
    this.name = 'NetlinkError'
    this.refused = refused
    this.errno = errno
    this.code = code
  }
}

/** Was `error` a refusal with this errno? */
export function refusedWith(error: unknown, code: string): error is NetlinkError {
  return error instanceof NetlinkError && error.code === code
}

/** Why this usually happens, and what to do. */
function hint({ name, text }: Message, code: string): string | undefined {
  if (code === 'EPERM') {
    return process.geteuid?.() === 0
      ? 'Root it is, but without CAP_NET_ADMIN: we are probably inside a container ourselves.\nUse a virtual machine, or --network none.'
      : 'Networks are made by root.\nRun the same command with sudo, or with --network none.'
  }
  if (code === 'EOPNOTSUPP' && name === 'RTM_NEWLINK') {
    const kind = /IFLA_INFO_KIND="(\w+)"/.exec(text)?.[1] ?? 'this kind'
    return `This kernel cannot make a link of kind ${kind}: its module is missing.\nTry: modprobe ${kind}`
  }
  if (name.startsWith('NFT_') && (code === 'ENOENT' || code === 'EOPNOTSUPP')) {
    return 'The kernel lacks a part of nf_tables.\nTry: modprobe -a nf_tables nft_chain_nat nft_masq nft_ct'
  }
  if (code === 'EADDRNOTAVAIL' && name === 'RTM_NEWLINK')
    return 'This is no hardware address for one link.\nThe second digit of its first byte must be even, as in 02:42:ac:1d:00:02.'
  if (code === 'EBUSY' || code === 'ENFILE')
    return 'The kernel is out of room for it just now.\nTry once more.'
  return undefined
}
