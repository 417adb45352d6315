// The container's ends of its streams, as its supervisor holds them: pipes, or one terminal.

import { closeSync, openSync } from 'node:fs'
import { Socket } from 'node:net'
import { ReadStream } from 'node:tty'
import type { Launched } from '../container/launch.ts'
import type { Stdio } from '../container/stdio.ts'
import { resize, type WindowSize } from '../container/terminal.ts'
import { attempt } from '../syscall/call.ts'
import { makePipe } from '../syscall/pipe.ts'
import type { Stream } from './log-line.ts'

/** Pipes for all that it writes, and for its input if there may be one. */
export function pipes(interactive: boolean): Stdio {
  const [input, output, errors] = [interactive ? makePipe() : undefined, makePipe(), makePipe()]
  const ends = [input ? input[0] : openSync('/dev/null', 'r'), output[1], errors[1]] as const
  return {
    ends,
    pipes: input ? [0, 1, 2] : [1, 2],
    ours: new Map([...(input ? [[0, input[1]] as const] : []), [1, output[0]], [2, errors[0]]]),
    started: () => {
      for (const fd of ends) closeSync(fd)
    },
  }
}

/** Our ends, by their descriptors. */
export type Ends =
  | { readonly terminal: number }
  | { readonly input?: number; readonly output: number; readonly errors: number }

export interface Streams {
  readonly ends: Ends
  /** Is something typed that the container has not read yet? */
  readonly isBusy: () => boolean
  readonly input: (bytes: Buffer) => void
  readonly endInput: () => void
  readonly resize: (size: WindowSize) => void
  /** Resolves when all that was written has been read. What a program left behind still writes is not waited for. */
  readonly finished: (ended: Promise<unknown>) => Promise<void>
}

export interface Reader {
  /** What the container wrote. While the promise that it returns is open, no more is read. */
  readonly read: (bytes: Buffer, stream: Stream) => Promise<void> | undefined
  readonly end: (stream: Stream) => void
}

export function endsOf({ master }: Launched, { ours }: Stdio): Ends {
  if (master !== undefined) return { terminal: master }
  return { input: ours.get(0), output: ours.get(1)!, errors: ours.get(2)! }
}

export function streamsOf(ends: Ends, reader: Reader): Streams {
  return 'terminal' in ends ? terminalStreams(ends.terminal, reader) : pipeStreams(ends, reader)
}

function terminalStreams(master: number, reader: Reader): Streams {
  const terminal = new ReadStream(master)
  const closed = reading(terminal, 'stdout', reader)
  return {
    ends: { terminal: master },
    isBusy: () => terminal.writableLength > 0,
    input: (bytes) => terminal.write(bytes),
    // a terminal's own way to say that there is no more
    endInput: () => terminal.write('\x04'),
    resize: (size) => void attempt(resize(master, size)),
    finished: async (ended) => {
      await ended
      await Promise.race([closed, emptied(terminal)])
      terminal.destroy()
    },
  }
}

function pipeStreams(ends: Exclude<Ends, { terminal: number }>, reader: Reader): Streams {
  const input =
    ends.input === undefined ? undefined : new Socket({ fd: ends.input, readable: false, writable: true })
  // whoever read it is gone
  input?.on('error', () => input.destroy())
  const outputs = (['output', 'errors'] as const).map((end) => {
    const socket = new Socket({ fd: ends[end], readable: true, writable: false })
    return { socket, closed: reading(socket, end === 'output' ? 'stdout' : 'stderr', reader) }
  })
  return {
    ends,
    isBusy: () => (input?.writableLength ?? 0) > 0,
    input: (bytes) => input?.write(bytes),
    endInput: () => input?.end(),
    resize: () => {},
    finished: async (ended) => {
      await ended
      await Promise.all(outputs.map(({ socket, closed }) => Promise.race([closed, emptied(socket)])))
      for (const { socket } of outputs) socket.destroy()
      input?.destroy()
    },
  }
}

/** Hand on what comes, at the speed of the reader. Resolves at the end. */
function reading(from: Socket, stream: Stream, reader: Reader): Promise<void> {
  from.on('data', (bytes: Buffer) => {
    const busy = reader.read(bytes, stream)
    if (busy === undefined) return
    from.pause()
    void busy.then(() => from.resume())
  })
  return new Promise((resolve) => {
    const done = () => {
      reader.end(stream)
      resolve()
    }
    from.once('close', done)
    // a terminal whose other end is closed says EIO: it is the end of the file here
    from.on('error', () => from.destroy())
  })
}

/** Wait until a whole turn of the event loop brought nothing, although it was free to. */
export async function emptied(from: Socket): Promise<void> {
  for (let read = -1; read !== from.bytesRead || from.isPaused(); ) {
    read = from.bytesRead
    // the first may come in this turn, before anything is read
    await new Promise((resolve) => setImmediate(resolve))
    await new Promise((resolve) => setImmediate(resolve))
  }
}
