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

/** A piece was taken up, and here is its memory back; or all is unpacked, with the bytes in all files; or it failed. */
export type FromWorker =
  | { readonly taken: ArrayBuffer }
  | { readonly done: number }
  | { readonly error: string }
