import { expect, it } from 'vitest'
import { type Flags, type ImageConfig, processOf, usualPath } from './exercise.ts'

const shop: ImageConfig = {
  Entrypoint: ['/bin/shop', '--open'],
  Cmd: ['sell', 'apples'],
  Env: ['CITY=Paris', 'GREETING=welcome'],
  WorkingDir: '/srv',
}
const tiny: ImageConfig = { Cmd: ['sh'] }

const processIn = (image: ImageConfig, flags: Partial<Flags> = {}, words: readonly string[] = []) =>
  processOf(image, { env: [], ...flags }, words)
const argsOf = (...given: Parameters<typeof processIn>) => processIn(...given).args
const envOf = (...given: Parameters<typeof processIn>) => processIn(...given).env

it('an image knows what to run', () => {
  expect(argsOf(tiny), 'gocker run tiny').toEqual(['sh'])
  expect(argsOf(shop), 'gocker run shop').toEqual(['/bin/shop', '--open', 'sell', 'apples'])
})

it('words behind the image replace its command, and not its entrypoint', () => {
  expect(argsOf(tiny, {}, ['echo', 'hi there']), "gocker run tiny echo 'hi there'").toEqual([
    'echo',
    'hi there',
  ])
  expect(argsOf(shop, {}, ['close']), 'gocker run shop close').toEqual(['/bin/shop', '--open', 'close'])
})

it('another entrypoint takes the image’s command away, too', () => {
  expect(argsOf(shop, { entrypoint: 'ls' }), 'gocker run --entrypoint ls shop').toEqual(['ls'])
  expect(argsOf(shop, { entrypoint: 'ls' }, ['-l']), 'gocker run --entrypoint ls shop -l').toEqual([
    'ls',
    '-l',
  ])
  expect(argsOf(shop, { entrypoint: '' }, ['sh']), "gocker run --entrypoint '' shop sh").toEqual(['sh'])
})

it('nothing to run is an error', () => {
  expect(() => argsOf({}), 'an image that names no program').toThrow(/^(?!TODO)./)
  expect(() => argsOf(shop, { entrypoint: '' }), "gocker run --entrypoint '' shop").toThrow(/^(?!TODO)./)
})

it('later values win, and names keep their place', () => {
  const env = envOf(shop, { env: ['GREETING=hello', 'CITY=Rome', 'NEW=1'] })
  expect(env, '-e GREETING=hello -e CITY=Rome -e NEW=1').toEqual([
    usualPath,
    'CITY=Rome',
    'GREETING=hello',
    'NEW=1',
    'HOME=/root',
  ])
})

it('the image may have a PATH and a HOME of its own', () => {
  const env = envOf({ ...tiny, Env: ['HOME=/srv', 'PATH=/shop/bin'] })
  expect(env, 'the image says HOME=/srv and PATH=/shop/bin').toEqual(['PATH=/shop/bin', 'HOME=/srv'])
})

it('a name without a value takes the variable away', () => {
  expect(envOf(shop, { env: ['CITY'] }), '-e CITY, which the image has set').toEqual([
    usualPath,
    'GREETING=welcome',
    'HOME=/root',
  ])
  expect(envOf(tiny, { env: ['NOBODY'] }), '-e NOBODY, which nobody has set').toEqual([
    usualPath,
    'HOME=/root',
  ])
})

it('a value may be empty, and may hold what separates names from values', () => {
  const env = envOf(tiny, { env: ['EMPTY=', 'OPTIONS=a=b=c', 'TEXT=two words\nand a line'] })
  for (const text of ['EMPTY=', 'OPTIONS=a=b=c', 'TEXT=two words\nand a line'])
    expect(env, `-e ${JSON.stringify(text)}`).toContain(text)
})

it('a name is a name, whatever it is called', () => {
  const env = envOf(tiny, { env: ['constructor=1', '__proto__=2', 'toString'] })
  expect(env, '-e constructor=1 -e __proto__=2 -e toString').toEqual([
    usualPath,
    'constructor=1',
    '__proto__=2',
    'HOME=/root',
  ])
})

it('the directory is the nearest one that somebody named', () => {
  expect(processIn(shop, { workdir: '/tmp' }).cwd, '--workdir /tmp').toBe('/tmp')
  expect(processIn(shop).cwd, 'the image says /srv').toBe('/srv')
  expect(processIn(tiny).cwd, 'nobody says anything').toBe('/')
  expect(processIn({ ...tiny, WorkingDir: '' }).cwd, 'the image says nothing in so many words').toBe('/')
})
