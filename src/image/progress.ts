// What a pull looks like: one line for each layer, in Docker's words, drawn again as they change. Where there is no
// terminal only the last lines are printed: a log wants the result.

import type { PullEvent } from './pull-events.ts'

/** One layer's line. */
export interface LayerLine {
  readonly id: string
  readonly status: string
  /** bytes so far, and in all */
  readonly current?: number
  readonly total?: number
}

interface Output {
  readonly isTTY?: boolean
  readonly columns?: number
  readonly rows?: number
  write(text: string): unknown
}

/** Give this to `pull` as `onProgress`; it prints to `output`. */
export function showProgress(output: Output = process.stdout): (event: PullEvent) => void {
  const layers = new Map<string, LayerLine>()
  let drawn = 0
  let last = 0
  const draw = (rows: number) => {
    const lines = progressLines([...layers.values()], output.columns ?? 80, rows)
    const up = drawn > 0 ? `\x1b[${drawn}A` : ''
    output.write(`${up}\r\x1b[J${lines.map((line) => `${line}\n`).join('')}`)
    drawn = lines.length
    last = Date.now()
  }
  return (event) => {
    if (event.kind === 'pulled') {
      if (output.isTTY && layers.size > 0) draw(Number.POSITIVE_INFINITY)
      output.write(`Digest: ${event.digest}\nStatus: ${statusText(event)}\n`)
      return
    }
    if (!output.isTTY) return
    if (event.kind === 'pulling') {
      output.write(`${event.tag}: Pulling from ${event.repository}\n`)
      return
    }
    const before = layers.get(event.id)?.status
    layers.set(event.id, event)
    // bytes come by the thousand a second; eyes do not
    if (before !== event.status || Date.now() - last > 100) draw((output.rows ?? 24) - 2)
  }
}

/** The lines of a pull. If there are more than `rows`, finished layers are counted instead of shown. */
export function progressLines(layers: readonly LayerLine[], columns: number, rows: number): string[] {
  if (layers.length <= rows) return layers.map((layer) => progressLine(layer, columns))
  const busy = layers.filter(({ status }) => !isFinished(status))
  const shown = busy.slice(0, Math.max(rows - 1, 1))
  const finished = layers.length - busy.length
  return [
    ...shown.map((layer) => progressLine(layer, columns)),
    `${finished} layers complete, ${busy.length} to go`,
  ]
}

/** `abc123def456: Downloading [=====>     ]  3.146MB/7.2MB` */
export function progressLine({ id, status, current, total }: LayerLine, columns: number): string {
  const start = `${id}: ${status}`
  if (current === undefined || !total) return start.slice(0, columns)
  const sizes = `${sizeText(current)}/${sizeText(total)}`
  const width = Math.min(50, columns - start.length - sizes.length - 6)
  if (width < 5) return `${start} ${sizes}`.slice(0, columns)
  const done = Math.min(width, Math.floor((current / total) * width))
  const bar = done < width ? `${'='.repeat(done)}>`.padEnd(width) : '='.repeat(width)
  return `${start} [${bar}]  ${sizes}`
}

/** Bytes as Docker writes them, in steps of a thousand: `3.146MB`. */
export function sizeText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${Number(value.toPrecision(4))}${units[unit]}`
}

function statusText({ newer, name }: { newer: boolean; name: string }): string {
  return newer ? `Downloaded newer image for ${name}` : `Image is up to date for ${name}`
}

function isFinished(status: string): boolean {
  return status === 'Pull complete' || status === 'Already exists'
}
