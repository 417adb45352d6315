// What goes wrong with control groups, in words for the person at the command line.

/** A limit that cannot be set, a group that is not there: its message says what to do, and needs no stack trace. */
export class CgroupError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'CgroupError'
  }
}
