// Memory: the most that the engine's own process held, while it ran a container and while it pulled.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { imageName, largeImage } from './image.ts'
import type { Command } from './measure.ts'
import { serve } from './pull.ts'
import { run, type Workplace } from './workplace.ts'

export async function benchMemory(workplace: Workplace): Promise<string> {
  const { gocker, folder } = workplace
  // the first one makes the image
  run(gocker('run', '--rm', 'tiny', 'true'))
  const host = await serve(workplace, largeImage())
  const pull = {
    ...gocker('pull', '--quiet', `${host}/${imageName}`),
    env: { GOCKER_ROOT: join(folder, 'memory') },
  }
  const rows: [string, Command, string][] = [
    ['node', { program: process.execPath, args: ['-e', 'setTimeout(() => {}, 500)'] }, ''],
    ['gocker run', gocker('run', '--rm', 'tiny', 'sleep', '0.5'), ''],
    ['gocker pull, 120 MB', pull, '< 150 MB'],
  ]
  const lines: string[] = []
  for (const [name, command, target] of rows) {
    lines.push(`| ${name} | ${(await peak(command)).toFixed(0)} MB | ${target} |`)
  }
  return ['| memory | peak | target |', '|---|---:|---:|', ...lines].join('\n')
}

/** The high-water mark of the process, in MB. It only rises, so the last look before the end is the one. proc(5) */
async function peak({ program, args, env }: Command): Promise<number> {
  const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: 'ignore' })
  let most = 0
  const look = setInterval(() => {
    most = Math.max(most, highWater(child.pid!))
  }, 5)
  await once(child, 'exit')
  clearInterval(look)
  return most
}

function highWater(pid: number): number {
  try {
    const kilobytes = /^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return (Number(kilobytes ?? 0) * 1024) / 1e6
  } catch {
    return 0
  }
}
