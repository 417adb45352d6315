// A name for a container that was given none: an adjective, and someone on whose work containers stand.

import { call } from '../syscall/call.ts'
import { getrandom } from '../syscall/process.ts'

const adjectives = `
  able bold brave bright calm clear clever cosy eager early fair fresh gentle glad grand happy
  hardy honest jolly keen kind lively lucid merry mellow modest neat nimble patient plain plucky
  polite proud quick quiet ready sharp snug steady sunny swift tidy tender warm wise witty young
  zesty`
  .trim()
  .split(/\s+/)
const engineers = `
  allen bach biederman brooks cerf corbato dijkstra emelyanov engelbart goldberg graham hamilton
  heo hopper hykes joy kamp kerrisk kernighan knuth lamport liskov lovelace mcilroy mcilwain
  menage neville ossanna perlman pike postel rashid ritchie salus seth shannon stallman stevens
  szeredi tanenbaum thompson torvalds turing tweedie viro vixie wilkes wirth`
  .trim()
  .split(/\s+/)

/** A name such as `nimble_ritchie`; with `digits`, for when all of these are taken, `nimble_ritchie42`. */
export function randomName(digits = 0): string {
  const name = `${oneOf(adjectives)}_${oneOf(engineers)}`
  return digits === 0 ? name : `${name}${random(4).readUInt32LE() % 10 ** digits}`
}

/** 256 random bits in hexadecimal, as Docker's ids. */
export function randomId(): string {
  return random(32).toString('hex')
}

function oneOf(words: readonly string[]): string {
  return words[random(4).readUInt32LE() % words.length]!
}

/** From the kernel itself: node:crypto takes 5 ms to load, and a start has few. */
function random(size: number): Buffer {
  const bytes = Buffer.alloc(size)
  call(getrandom(bytes))
  return bytes
}
