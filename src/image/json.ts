// JSON from strangers. It is read as any other, but no deeper than a document of an image ever is: what is made of a
// thousand arrays within each other is an attack on whoever walks through it.

const deepest = 64

/**
 * @param what names the document in the error: `manifest`
 * @throws Error if it is no JSON, or nested too deeply
 */
export function parseJson(bytes: Uint8Array, what: string): unknown {
  const text = new TextDecoder().decode(bytes)
  if (depthOf(text) > deepest)
    throw new Error(`The ${what} is nested more than ${deepest} deep: no program writes such.`)
  try {
    return JSON.parse(text)
  } catch {
    throw new Error(`The ${what} is not JSON.`)
  }
}

/** @throws Error if it is no object: a list, a number */
export function parseJsonObject(bytes: Uint8Array, what: string): Record<string, unknown> {
  const json = parseJson(bytes, what)
  if (!isObject(json)) throw new Error(`The ${what} is no object.`)
  return json
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** How many brackets are open at once, those in strings aside. */
function depthOf(text: string): number {
  let depth = 0
  let most = 0
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/gs)) {
    if (token === '[' || token === '{') most = Math.max(most, ++depth)
    else if (token === ']' || token === '}') depth--
  }
  return most
}
