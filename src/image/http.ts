// One request to a registry, made so that it ends: with an answer, or with an error that says what to do. Node's fetch
// does the speaking; here is what a client of registries adds: plain HTTP only on this machine itself, redirects without
// the password, an end to silence, and another try where that can help.

import { isLoopback, sentOn } from './registry-url.ts'

/** A request and its answer in a few words: the chapter on images prints them. */
export interface Exchange {
  readonly method: string
  readonly url: string
  /** the kind of authorization sent: `Bearer`, `Basic` */
  readonly authorization?: string
  readonly range?: string
  readonly status: number
  readonly headers: Headers
}

export interface HttpOptions {
  /** How often a request is tried that may succeed another time; 6 unless said. */
  readonly attempts?: number
  /** How long to wait before the second try, in milliseconds; each time twice as long. 500 unless said. */
  readonly backoff?: number
  /** How long to wait for the next byte, in milliseconds; 60,000 unless said. */
  readonly patience?: number
  readonly signal?: AbortSignal
  readonly onExchange?: (exchange: Exchange) => void
  /** Told before each wait for another try. */
  readonly onRetry?: (why: string, milliseconds: number) => void
}

export interface Call {
  readonly method?: 'GET' | 'HEAD' | 'POST'
  readonly headers?: Readonly<Record<string, string>>
  /** sent to the first host alone, not where that redirects to */
  readonly authorization?: string
  readonly body?: URLSearchParams
}

/** An answer whose body may still be on its way. */
export interface Answer {
  /** who answered: not whom we asked, if that one sent us on */
  readonly origin: string
  readonly status: number
  readonly headers: Headers
  /** Ends with a `Dropped` if the connection breaks or falls silent. */
  readonly body: AsyncIterable<Uint8Array>
  /** Let go of a body that nobody will read. */
  discard(): Promise<void>
}

/** A failure that the next try may not have: a broken connection, a registry that is overloaded. */
export class Dropped extends Error {
  override readonly name = 'Dropped'
  /** how long the registry asks us to wait, in milliseconds */
  readonly wait: number | undefined
  constructor(message: string, wait?: number) {
    super(message)
    this.wait = wait
  }
}

/**
 * Make one request, and follow where it is sent on to.
 * @throws Dropped when another try may help: no answer, 429, 5xx; Error when it will not
 */
export async function send(url: URL, call: Call, options: HttpOptions): Promise<Answer> {
  let target = url
  for (let redirects = 0; redirects <= 5; redirects++) {
    const authorization = target.origin === url.origin ? call.authorization : undefined
    const answer = await sendOnce(target, { ...call, authorization }, options)
    const location = answer.headers.get('location')
    if (![301, 302, 303, 307, 308].includes(answer.status) || location === null) {
      if (answer.status !== 429 && answer.status < 500) return answer
      await answer.discard()
      throw new Dropped(`${target.host} answered ${answer.status}`, retryAfter(answer.headers))
    }
    await answer.discard()
    target = sentOn(url, location, target)
  }
  throw new Error(`${url.host} sends from one address to the next without an end.`)
}

/** Do `work`, and again after a pause as long as it ends in `Dropped`. */
export async function retrying<T>(options: HttpOptions, work: () => Promise<T>): Promise<T> {
  const attempts = options.attempts ?? 6
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof Dropped)) throw error
      if (attempt >= attempts) throw new Error(`${error.message}.\nTried ${attempts} times. Try again later.`)
      await pause(error, attempt, options)
    }
  }
}

/** Wait before another try: as long as the registry asks for, or twice as long as the time before. */
export async function pause(dropped: Dropped, attempt: number, options: HttpOptions): Promise<void> {
  const doubled = (options.backoff ?? 500) * 2 ** (attempt - 1) * (0.75 + Math.random() / 2)
  const milliseconds = Math.min(dropped.wait ?? doubled, 60_000)
  options.onRetry?.(dropped.message, milliseconds)
  const { setTimeout } = await import('node:timers/promises')
  await setTimeout(milliseconds, undefined, { signal: options.signal })
}

async function sendOnce(url: URL, call: Call, options: HttpOptions): Promise<Answer> {
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.host))) {
    throw new Error(`${url.origin} is not encrypted. Plain HTTP is spoken with this machine alone.`)
  }
  if (!isLoopback(url.host)) await useProxy()
  const { method = 'GET', body, authorization } = call
  const silence = watchSilence(url.host, options)
  const headers = { 'user-agent': 'gocker', ...call.headers, ...(authorization && { authorization }) }
  try {
    const response = await fetch(url, { method, headers, body, redirect: 'manual', signal: silence.signal })
    options.onExchange?.({
      method,
      url: url.href,
      authorization: authorization?.split(' ', 1)[0],
      range: call.headers?.range,
      status: response.status,
      headers: response.headers,
    })
    return {
      origin: url.origin,
      status: response.status,
      headers: response.headers,
      body: bytesOf(url.host, response.body, silence),
      discard: async () => {
        silence.end()
        await response.body?.cancel().catch(() => {})
      },
    }
  } catch (error) {
    silence.end()
    throw explained(url.host, error, silence)
  }
}

async function* bytesOf(
  host: string,
  body: Response['body'],
  silence: Silence,
): AsyncGenerator<Uint8Array, void, undefined> {
  // read() is twice as fast as iterating over the stream
  const reader = body?.getReader()
  try {
    while (reader) {
      silence.listen()
      const { done, value } = await reader.read()
      if (done) return
      silence.pause()
      yield value
    }
  } catch (error) {
    throw explained(host, error, silence)
  } finally {
    silence.end()
    // what is not read must not keep the connection
    await reader?.cancel().catch(() => {})
  }
}

interface Silence {
  readonly signal: AbortSignal
  /** why it ended, if it was not the connection */
  reason(): Error | undefined
  /** The other side is to speak from now on. */
  listen(): void
  /** We are busy ourselves. */
  pause(): void
  end(): void
}

/** Breaks the connection off when the other side says nothing for too long. */
function watchSilence(host: string, { patience = 60_000, signal }: HttpOptions): Silence {
  const controller = new AbortController()
  const silent = new Dropped(`${host} sent nothing for ${Math.round(patience / 1000)} seconds`)
  let timer: NodeJS.Timeout | undefined
  const listen = () => {
    timer ??= setTimeout(() => controller.abort(silent), patience)
    timer.refresh()
  }
  const pause = () => {
    clearTimeout(timer)
    timer = undefined
  }
  listen()
  return {
    signal: signal ? AbortSignal.any([controller.signal, signal]) : controller.signal,
    reason: () =>
      controller.signal.aborted ? silent : signal?.aborted ? (signal.reason as Error) : undefined,
    listen,
    pause,
    end: pause,
  }
}

/** What fetch throws, in words: "fetch failed" alone helps nobody. */
function explained(host: string, error: unknown, silence: Silence): unknown {
  const reason = silence.reason()
  if (reason) return reason
  if (!(error instanceof Error)) return error
  const cause = (error.cause ?? error) as Error & { code?: string; errors?: Error[] }
  const code = cause.code ?? ''
  const said = cause.message || cause.errors?.[0]?.message || error.message
  if (said === 'bad port')
    return new Error(`The port of ${host} is kept for other protocols, and fetch refuses it.`)
  if (['EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT'].includes(code))
    return new Error(`${host} cannot be reached (${said}).\nIs this machine connected to a network?`)
  if (code === 'ECONNREFUSED')
    return new Error(
      `Nothing listens at ${host}: the registry is away.\nIs the name right, and is it running?`,
    )
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return new Error(
      `The name ${host} cannot be looked up (${said}).\nIs this machine connected to a network?`,
    )
  if (/CERT|SSL|TLS|SELF_SIGNED|UNABLE_TO/.test(code))
    return new Error(
      `The certificate of ${host} is not to be trusted: ${said}.\nNODE_EXTRA_CA_CERTS=file.pem adds an authority.`,
    )
  return new Dropped(`The connection to ${host} broke off (${said})`)
}

function retryAfter(headers: Headers): number | undefined {
  const value = headers.get('retry-after')
  if (value === null) return undefined
  const milliseconds = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now()
  return Number.isNaN(milliseconds) ? undefined : Math.max(0, milliseconds)
}

let proxied = false

/** Node's fetch takes HTTPS_PROXY and NO_PROXY from the environment only when told to. */
async function useProxy(): Promise<void> {
  const { HTTPS_PROXY, https_proxy, HTTP_PROXY, http_proxy } = process.env
  if (proxied || !(HTTPS_PROXY || https_proxy || HTTP_PROXY || http_proxy)) return
  proxied = true
  const http: { setGlobalProxyFromEnv?: () => void } = await import('node:http')
  http.setGlobalProxyFromEnv?.()
}
