// gocker run --explain: the list of calls that would make the container, chapter by chapter. Runs nothing, needs no
// root and no Linux: an image that is not here is taken to be like `tiny`.

import { assumed, type Hierarchy, hierarchy } from '../cgroup/hierarchy.ts'
import { design } from '../container/design.ts'
import { type Explanation, explanation } from '../container/explain.ts'
import { shownNetwork } from '../container/network-request.ts'
import type { RunOptions } from '../container/options.ts'
import { places as placesHere } from '../container/places.ts'
import { type Image, openStore } from '../image/store.ts'
import { tinyConfig } from '../rootfs/tiny.ts'
import { isSyscall, plainValue, type Step, type Syscall } from '../syscall/syscall.ts'
import { notation } from '../syscall/trace.ts'
import { coloured } from './print.ts'

const chapters: Readonly<Record<number, string>> = {
  1: 'system calls',
  2: 'a root file system',
  3: 'namespaces',
  4: 'control groups',
  5: 'overlay layers',
  6: 'images',
  7: 'network',
  8: 'security',
  9: 'the container',
  11: 'the terminal',
}

export interface ExplainRequest {
  readonly image: string
  readonly command: readonly string[]
  readonly options: RunOptions
}

export async function explain({ image: imageName, command, options }: ExplainRequest): Promise<void> {
  const { bold, cyan, dim } = (await import('chalk')).default
  const found = findImage(imageName)
  const image = found ?? likeTiny
  const places = placesHere()
  const { spec, overlay, state } = design({
    places,
    image,
    imageName,
    options,
    command,
    machine: undefined,
    warn: () => {},
  })
  const explained = explanation(spec, overlay, controlGroups(), shownNetwork(places, state))
  const total = explained.parent.length + 1 + explained.child.length
  coloured(
    bold(`gocker run ${imageName}: ${total} calls`) +
      dim(
        found
          ? ''
          : `   (${imageName} is not on this machine, or only root may see it: shown is what an image like tiny would give)`,
      ),
  )
  coloured(
    dim('Nothing of this is run. Beside each call: why it is made. <…> is what an earlier call returned.'),
  )
  const paint = { bold, cyan, dim }
  show('gocker itself', explained.parent, paint)
  show('the new process begins', [explained.clone], paint)
  show('the new process', explained.child, paint)
}

type Paint = Readonly<Record<'bold' | 'cyan' | 'dim', (text: string) => string>>

function show(who: string, steps: Explanation['child'], { bold, cyan, dim }: Paint): void {
  coloured(`\n${bold(`── ${who} `.padEnd(60, '─'))}`)
  const nameOf = resultNames(steps)
  let chapter = 0
  for (const step of steps) {
    if (step.chapter !== chapter) coloured(`\n${cyan(`chapter ${step.chapter}: ${chapters[step.chapter]}`)}`)
    chapter = step.chapter
    if (step.why !== '') coloured(dim(`  # ${step.why}`))
    coloured(
      `  ${notation(step.call, nameOf)}${isUsed(step.call, steps) ? dim(` = ${nameOf(step.call)}`) : ''}`,
    )
  }
}

/** A number for each call whose result is used later: `<fd 1>`. */
function resultNames(steps: readonly Step[]): (call: Syscall) => string {
  const used = steps.map(({ call }) => call).filter((call) => isUsed(call, steps))
  return (call) => {
    const at = used.indexOf(call)
    const path = call.args.map(plainValue).find((value) => typeof value === 'string')
    return at === -1 ? `<${path ?? call.name}>` : `<fd ${at + 1}>`
  }
}

function isUsed(call: Syscall, steps: readonly Step[]): boolean {
  return steps.some((other) => other.call.args.some((arg) => isSyscall(arg) && arg === call))
}

function findImage(name: string): Image | undefined {
  try {
    return openStore(placesHere().root).find(name)
  } catch {
    return undefined
  }
}

/** Those of this machine, so that the list is the one that would be run; else those of a current distribution. */
function controlGroups(): Hierarchy {
  try {
    return hierarchy()
  } catch {
    return assumed()
  }
}

/** What is assumed of an image that is not here. */
const likeTiny: Image = {
  reference: 'docker.io/library/tiny:latest',
  id: `sha256:${'0'.repeat(64)}`,
  digest: `sha256:${'0'.repeat(64)}`,
  repoDigest: `sha256:${'0'.repeat(64)}`,
  config: {
    architecture: 'amd64',
    os: 'linux',
    config: tinyConfig,
    rootfs: { type: 'layers', diff_ids: [] },
  },
  layers: ['<layer>'],
  size: 0,
  created: '',
}
