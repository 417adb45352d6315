// A box holds one thing. Opens nothing and closes nothing by itself.

export interface Box {
  /** What lies in it. */
  readonly content: string
}

/** Put something into a new box. */
export function pack(content: string): Box {
  // #region check
  if (content === '') throw new Error('an empty box is no box: name what lies in it')
  // #endregion check
  return { content }
}
