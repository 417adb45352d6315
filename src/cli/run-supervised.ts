// A container with a supervisor: set going by `run` and `start`, and visited by `attach`.

import type { Hierarchy } from '../cgroup/hierarchy.ts'
import type { Created } from '../container/design.ts'
import { detachKeys } from '../container/detach-keys.ts'
import { sweep } from '../container/finish.ts'
import { forget } from '../container/named.ts'
import type { Places } from '../container/places.ts'
import { load } from '../container/state.ts'
import { letGo } from '../container/take.ts'
import { windowSize } from '../container/terminal.ts'
import { attend, toOurs } from '../supervisor/attend.ts'
import { type Conversation, engage, type Listener } from '../supervisor/conversation.ts'
import { err, out } from './print.ts'
import { type RunRequest, tellOom } from './run-container.ts'

const silent: Listener = { notice: err, output: () => undefined }

/** The command line of a supervisor: this same program. */
const supervisor = (id: string) => [process.execPath, '--', process.argv[1]!, 'supervise', id]

export async function runSupervised(
  places: Places,
  hierarchy: Hierarchy,
  created: Created,
  { detach, detachKeys: keys, attach }: RunRequest,
): Promise<number> {
  const { id } = created.state
  const { options } = created.state
  const sequence = detachKeys(keys)
  const conversation = engage(places, id, supervisor(id), detach ? silent : only(attach, toOurs(err)))
  const begin = async () => {
    try {
      return await conversation.start({ windowSize: windowSize(), endsInput: !detach })
    } catch (error) {
      forget(places, id, load(places, id)?.name ?? created.state.name)
      throw error
    }
  }
  if (detach) {
    await begin()
    conversation.leave()
    out(id)
    sweep(places, hierarchy)
    return 0
  }
  const { tty } = options
  const interactive = options.interactive && (attach?.includes('stdin') ?? true)
  const end = await stay(conversation, { begin, tty, interactive, signals: true, keys: sequence })
  if (end === 'detached') return 0
  const state = load(places, id)
  if (state?.oomKilled) tellOom(created)
  return end
}

/** Hear of these streams only. */
function only(attach: RunRequest['attach'], listener: Listener): Listener {
  if (attach === undefined) return listener
  const { output } = listener
  return {
    ...listener,
    output: (bytes, stream) => (attach.includes(stream) ? output(bytes, stream) : undefined),
  }
}

interface StayOptions {
  readonly begin: () => Promise<number>
  readonly tty: boolean
  readonly interactive: boolean
  readonly signals: boolean
  readonly keys: Buffer
}

/** Stay with the container until its end, or until the person leaves. */
export async function stay(conversation: Conversation, options: StayOptions): Promise<number | 'detached'> {
  const impatient = () => err('gocker: the third request to end: the container is killed')
  const end = await attend(conversation, { ...options, impatient })
  conversation.leave()
  if (end !== undefined) return end
  err('gocker: the supervisor of the container was killed, and the container with it')
  return 255
}

/** Start a container that was taken for that, and leave it to its supervisor. */
export async function startSupervised(places: Places, id: string): Promise<void> {
  const conversation = engage(places, id, supervisor(id), silent)
  await begun(places, id, conversation, false)
  conversation.leave()
}

/** Start it, and stay with it. */
export function startAndStay(
  places: Places,
  id: string,
  options: Omit<StayOptions, 'begin'>,
): Promise<number | 'detached'> {
  const conversation = engage(places, id, supervisor(id), toOurs(err))
  const begin = () => begun(places, id, conversation, options.interactive)
  return stay(conversation, { ...options, begin })
}

async function begun(
  places: Places,
  id: string,
  conversation: Conversation,
  endsInput: boolean,
): Promise<number> {
  try {
    return await conversation.start({ windowSize: windowSize(), endsInput })
  } catch (error) {
    letGo(places, id)
    throw error
  }
}
