// What the command line of `run` asks for, understood but not yet looked up anywhere: numbers are numbers, in the
// units of the kernel. Every field is as given; what was not said is absent.

export interface RunOptions {
  readonly name?: string
  readonly hostname?: string
  readonly env: readonly string[]
  readonly workdir?: string
  /** `user[:group]`, by name or number */
  readonly user?: string
  readonly entrypoint?: string
  readonly interactive: boolean
  readonly tty: boolean
  readonly rm: boolean
  /** bytes */
  readonly memory?: number
  /** bytes of memory and swap together, -1 for no limit */
  readonly memorySwap?: number
  readonly cpus?: number
  /** -1 for no limit */
  readonly pidsLimit?: number
  readonly readOnly: boolean
  /** `/path` or `/path:options` */
  readonly tmpfs: readonly string[]
  readonly network: 'bridge' | 'none' | 'host'
  readonly dns: readonly string[]
  readonly capAdd: readonly string[]
  readonly capDrop: readonly string[]
  readonly privileged: boolean
  readonly noNewPrivileges: boolean
}
