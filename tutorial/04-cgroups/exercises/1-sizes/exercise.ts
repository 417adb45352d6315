// Exercise 04-1: from what people type to what the kernel reads.

/**
 * @param text `64m`, `1.5g`, `4096`
 * @returns bytes
 * @throws Error for what is no size
 */
export function bytesOf(text: string): number {
  // TODO: a number, perhaps with a part behind a point, and a unit. A regular expression can take both apart.
  throw new Error('TODO: bytesOf does not know any unit yet')
}

/**
 * @param version of control groups
 * @param cpus `0.5`, `2`, `.25`
 * @returns the files to write, by their names, and what into each
 * @throws Error for what is no number of processors, or too little of one
 */
export function cpuFilesOf(version: 1 | 2, cpus: string): Record<string, string> {
  // TODO: a quota in a period of 100,000 microseconds. The names of the files are in the table of the chapter.
  throw new Error('TODO: cpuFilesOf does not write into any file yet')
}
