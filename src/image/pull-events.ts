// What happens during a pull, told to whoever shows it: progress.ts, or a program with ideas of its own.

/** What happens during a pull, in Docker's words. */
export type PullEvent =
  | { readonly kind: 'pulling'; readonly repository: string; readonly tag: string }
  | {
      readonly kind: 'layer'
      /** twelve digits of the blob's digest */
      readonly id: string
      readonly status: LayerStatus
      readonly current?: number
      readonly total?: number
    }
  | { readonly kind: 'pulled'; readonly digest: string; readonly newer: boolean; readonly name: string }

export type LayerStatus =
  | 'Pulling fs layer'
  | 'Waiting'
  | 'Downloading'
  | 'Retrying'
  | 'Download complete'
  | 'Extracting'
  | 'Pull complete'
  | 'Already exists'
