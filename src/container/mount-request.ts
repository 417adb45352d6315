// What a person asks to have mounted, understood but not looked up yet: -v, --mount and --volumes-from.

export interface BindRequest {
  readonly type: 'bind'
  /** An absolute path of the host. */
  readonly source: string
  readonly target: string
  readonly readOnly: boolean
  /** `rprivate`, `rslave`, …; rprivate unless said. */
  readonly propagation?: string
  /** Make the directory if it is not there: -v does, --mount does not. */
  readonly makesSource: boolean
  /** Without what is mounted below it. */
  readonly nonRecursive?: boolean
  /** As `-v` has it: `/srv:/data:ro`. */
  readonly bind?: string
}

export interface VolumeRequest {
  readonly type: 'volume'
  /** Without a name it is one for this container alone. */
  readonly name?: string
  readonly target: string
  readonly readOnly: boolean
  /** Do not fill it with what the image has at this place. */
  readonly noCopy: boolean
  /** As `-v` has it: `data:/data`. */
  readonly bind?: string
}

export interface TmpfsRequest {
  readonly type: 'tmpfs'
  readonly target: string
  readonly readOnly: boolean
  /** As for mount(8): `size=64k`, `mode=1777`. */
  readonly options: readonly string[]
}

export type MountRequest = BindRequest | VolumeRequest | TmpfsRequest

/** What is mounted in a container besides what every container has. Part of its state. */
export interface Mounted {
  readonly type: 'bind' | 'volume' | 'tmpfs'
  /** Of a volume. */
  readonly name?: string
  /** It was made for this container, and goes with it if that is asked for. */
  readonly isAnonymous?: boolean
  /** On the host; '' for a tmpfs. */
  readonly source: string
  readonly destination: string
  readonly readOnly: boolean
  readonly propagation: string
  readonly options?: readonly string[]
  readonly makesSource?: boolean
  readonly nonRecursive?: boolean
  /** Fill it with what the image has there, while it is empty. */
  readonly copies?: boolean
}
