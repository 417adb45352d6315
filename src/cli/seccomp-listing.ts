// A filter on the screen: each instruction with its place, or its label if a jump leads to it, and what it means.

import { code, type Instruction } from '../security/bpf.ts'
import { disassemble, type Line } from '../security/bpf-disassemble.ts'
import { passes } from '../security/seccomp-verdict.ts'
import { coloured } from './print.ts'

export interface Paint {
  readonly bold: (text: string) => string
  readonly dim: (text: string) => string
  /** For what may be done, and what may not. */
  readonly good: (text: string) => string
  readonly bad: (text: string) => string
}

/** Colours, unless nobody wants them: no-color.org */
export async function painter(): Promise<Paint> {
  const { default: chalk, Chalk } = await import('chalk')
  const { bold, dim, green, red } = process.env.NO_COLOR ? new Chalk({ level: 0 }) : chalk
  return { bold, dim, good: green, bad: red }
}

/**
 * Print the whole program, or the instructions at these places.
 * @param gapBefore a line is left empty before so many of them
 */
export function showProgram(
  program: readonly Instruction[],
  paint: Paint,
  places?: readonly number[],
  gapBefore?: number,
): void {
  const lines = disassemble(program, places)
  const width = Math.max(...lines.map(({ text }) => text.length)) + 2
  for (const [i, line] of lines.entries()) {
    if (i === gapBefore) coloured('')
    coloured(lineOf(line, program[line.at]!, width, paint))
  }
}

function lineOf(
  { at, isTarget, text, comment }: Line,
  { code: one, k }: Instruction,
  width: number,
  paint: Paint,
): string {
  const place = isTarget ? `L${at}` : String(at)
  const label = (isTarget ? paint.bold : paint.dim)(place.padStart(6))
  if (comment === '') return `${label}  ${text}`
  const tint = one !== code.give ? paint.dim : passes(k) ? paint.good : paint.bad
  return `${label}  ${text.padEnd(width)}${tint(comment)}`
}
