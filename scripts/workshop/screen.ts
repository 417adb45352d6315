// The terminal as one screen that is drawn anew, and its keys. However the program ends, the terminal is as it was before.

import { emitKeypressEvents, type Key } from 'node:readline'

export interface Size {
  readonly columns: number
  readonly rows: number
}

export interface Screen {
  readonly size: () => Size
  /** At most as many lines as there are rows, none wider than the screen. */
  readonly draw: (lines: readonly string[]) => void
  /** Give the terminal back for a while: to a pager, or to the shell. */
  readonly suspended: (run: () => Promise<void>) => Promise<void>
  readonly close: () => void
}

export interface ScreenEvents {
  readonly onKey: (name: string) => void
  readonly onResize: () => void
  /** The terminal has gone, or we are told to end. */
  readonly onEnd: () => void
}

const enter = '\x1b[?1049h\x1b[?25l\x1b[2J'
const leave = '\x1b[?25h\x1b[?1049l'

export function openScreen({ onKey, onResize, onEnd }: ScreenEvents): Screen {
  const { stdin, stdout } = process
  let drawn: readonly string[] = []
  let isOpen = false
  const open = () => {
    if (isOpen) return
    isOpen = true
    stdin.setRawMode(true).resume()
    drawn = []
    stdout.write(enter)
  }
  const restore = () => {
    if (!isOpen) return
    isOpen = false
    stdout.write(leave)
    // after a hang-up there is no terminal to set
    if (!stdin.destroyed) stdin.setRawMode(false).pause()
  }
  const resized = () => {
    drawn = []
    if (isOpen) stdout.write('\x1b[2J')
    onResize()
  }
  const pressed = (text: string | undefined, key: Key) => {
    if (isOpen) onKey(keyName(text, key))
  }
  const signals = ['SIGTERM', 'SIGHUP', 'SIGINT'] as const
  emitKeypressEvents(stdin)
  stdin.on('keypress', pressed).on('end', onEnd).on('error', onEnd)
  stdout.on('resize', resized).on('error', onEnd)
  for (const signal of signals) process.on(signal, onEnd)
  process.on('exit', restore)
  open()

  return {
    size: () => ({ columns: stdout.columns || 80, rows: stdout.rows || 24 }),
    draw: (lines) => {
      if (!isOpen) return
      const rows = Math.max(lines.length, drawn.length)
      let text = ''
      for (let row = 0; row < rows; row++)
        if (lines[row] !== drawn[row]) text += `\x1b[${row + 1};1H${lines[row] ?? ''}\x1b[K`
      drawn = [...lines]
      if (text !== '') stdout.write(text)
    },
    suspended: async (run) => {
      restore()
      try {
        await run()
      } finally {
        open()
        onResize()
      }
    },
    close: () => {
      restore()
      stdin.off('keypress', pressed).off('end', onEnd).off('error', onEnd)
      stdout.off('resize', resized).off('error', onEnd)
      for (const signal of signals) process.off(signal, onEnd)
    },
  }
}

/** `a`, `up`, `return`, `ctrl-c`: one name for each key. */
function keyName(text: string | undefined, { name, ctrl, meta }: Key): string {
  if (ctrl && name) return `ctrl-${name}`
  if (name === 'space') return ' '
  if (text !== undefined && !meta && /^[^\p{Cc}]$/u.test(text)) return text
  return name ?? ''
}
