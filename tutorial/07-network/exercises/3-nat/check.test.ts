import { expect, it } from 'vitest'
import { makeNat, type Packet } from './exercise.ts'

const host = '203.0.113.1'
const alice = '172.29.0.2'
const bob = '172.29.0.3'
const web = '203.0.113.2'
const mallory = '203.0.113.66'

const packet = (from: string, fromPort: number, to: string, toPort: number): Packet => ({
  protocol: 'tcp',
  from,
  fromPort,
  to,
  toPort,
})
const answerTo = ({ protocol, from, fromPort, to, toPort }: Packet): Packet => ({
  protocol,
  from: to,
  fromPort: toPort,
  to: from,
  toPort: fromPort,
})
const words = (one: Packet | undefined) =>
  one ? `${one.protocol} ${one.from}:${one.fromPort} → ${one.to}:${one.toPort}` : 'no packet'

it('a packet leaves with the address of the host', () => {
  const out = makeNat(host).out(packet(alice, 40000, web, 80))
  expect(words(out), 'Alice’s packet, outside').toBe(`tcp ${host}:40000 → ${web}:80`)
})

it('the answer finds its way to Alice', () => {
  const nat = makeNat(host)
  const asked = packet(alice, 40000, web, 80)
  const back = nat.back(answerTo(nat.out(asked)))
  expect(words(back), 'the answer to Alice’s packet, inside').toBe(words(answerTo(asked)))
})

it('Bob uses the same port, and both get their own answers', () => {
  const nat = makeNat(host)
  const asked = [packet(alice, 40000, web, 80), packet(bob, 40000, web, 80)]
  const outside = asked.map((one) => nat.out(one))
  expect(words(outside[1]), 'Bob’s packet, outside, which is not the same as Alice’s').not.toBe(
    words(outside[0]),
  )
  for (const [i, name] of ['Alice', 'Bob'].entries())
    expect(words(nat.back(answerTo(outside[i]!))), `the answer to ${name}`).toBe(words(answerTo(asked[i]!)))
})

it('a hundred containers use the same port', () => {
  const nat = makeNat(host)
  const asked = Array.from({ length: 100 }, (_, n) => packet(`172.29.1.${n}`, 40000, web, 80))
  const outside = asked.map((one) => nat.out(one))
  expect(new Set(outside.map(words)).size, 'different packets outside').toBe(100)
  const lost = asked.filter((one, i) => words(nat.back(answerTo(outside[i]!))) !== words(answerTo(one)))
  expect(lost.map(words), 'packets whose answers went elsewhere').toEqual([])
  for (const { fromPort } of outside.slice(1))
    expect(fromPort, 'a port that was chosen').toBeGreaterThanOrEqual(1024)
})

it('a connection keeps its port', () => {
  const nat = makeNat(host)
  nat.out(packet(alice, 40000, web, 80))
  const first = nat.out(packet(bob, 40000, web, 80))
  nat.back(answerTo(first))
  expect(words(nat.out(packet(bob, 40000, web, 80))), 'the second packet of Bob’s connection').toBe(
    words(first),
  )
})

it('a port that somebody has chosen is not given to another', () => {
  const nat = makeNat(host)
  nat.out(packet(alice, 40000, web, 80))
  const chosen = nat.out(packet(bob, 40000, web, 80))
  const carol = packet('172.29.0.4', chosen.fromPort, web, 80)
  const outside = nat.out(carol)
  expect(words(outside), 'Carol’s packet, from the very port that Bob got').not.toBe(words(chosen))
  expect(words(nat.back(answerTo(outside))), 'the answer to Carol').toBe(words(answerTo(carol)))
})

it('tcp and udp are different connections', () => {
  const nat = makeNat(host)
  const tcp = packet(alice, 40000, web, 53)
  const udp: Packet = { ...packet(bob, 40000, web, 53), protocol: 'udp' }
  const outside = [tcp, udp].map((one) => nat.out(one))
  expect(words(outside[1]), 'Bob’s udp can keep its port beside Alice’s tcp').toBe(
    `udp ${host}:40000 → ${web}:53`,
  )
  expect(words(nat.back(answerTo(outside[1]!))), 'the answer to Bob').toBe(words(answerTo(udp)))
})

it('Mallory is not an answer', () => {
  const nat = makeNat(host)
  nat.out(packet(alice, 40000, web, 80))
  for (const [what, forged] of [
    ['from another address', packet(mallory, 80, host, 40000)],
    ['from another port of the server', packet(web, 81, host, 40000)],
    ['to another port', packet(web, 80, host, 40001)],
    ['by udp', { ...packet(web, 80, host, 40000), protocol: 'udp' }],
    ['straight to Alice', packet(mallory, 80, alice, 40000)],
  ] as const)
    expect(words(nat.back(forged)), `a packet ${what}: it is nobody’s answer`).toBe(words(forged))
})

it('two hosts have two tables', () => {
  const [one, other] = [makeNat(host), makeNat('198.51.100.1')]
  const outside = one!.out(packet(alice, 40000, web, 80))
  const answer = answerTo(outside)
  expect(words(other!.back(answer)), 'the other host knows nothing of it').toBe(words(answer))
})
