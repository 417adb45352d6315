// What the thread that unpacks a layer and the one that brings it say to each other.

export type Compression = 'gzip' | 'zstd' | 'none'

/** What the worker has to do. */
export interface Task {
  /** The layer's own directory, empty. */
  readonly directory: string
  /** The digest that the uncompressed bytes must have. */
  readonly diffId: string
  readonly compression: Compression
}

/** The next bytes of the layer, or the word that there are no more. */
export type ToWorker = Uint8Array<ArrayBuffer> | 'end'

/** What a layer turned out to be. */
export interface Done {
  /** The bytes in all its files. */
  readonly size: number
  /** Directories of which the archive says nothing (implied-directories.ts). */
  readonly implied: readonly string[]
}

/** A piece was taken up, and here is its memory back; or all is unpacked; or it failed, with the errno's name if there is one. */
export type FromWorker =
  | { readonly taken: ArrayBuffer }
  | { readonly done: Done }
  | { readonly error: string; readonly code?: string }
