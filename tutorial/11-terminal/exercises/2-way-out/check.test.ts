import { expect, it } from 'vitest'
import { watchForTilde } from './exercise.ts'

/** What comes through, and whether Bob is out, when the pieces are typed one after the other. */
function typed(...pieces: string[]) {
  const watch = watchForTilde()
  let pass = ''
  for (const piece of pieces) {
    const seen = watch(piece)
    pass += seen.pass
    if (seen.left) return { pass, left: true }
  }
  return { pass, left: false }
}

const stays = (pass: string) => ({ pass, left: false })
const leaves = (pass: string) => ({ pass, left: true })

it('~. at the beginning of a line leaves', () => {
  expect(typed('~.'), 'the first that is typed').toEqual(leaves(''))
  expect(typed('ls\r~.'), 'after a command and Enter').toEqual(leaves('ls\r'))
  expect(typed('\r\r~.'), 'after two empty lines').toEqual(leaves('\r\r'))
  expect(typed('~.rm -rf /\r'), 'what is typed after it is for nobody').toEqual(leaves(''))
})

it('but not within a line', () => {
  expect(typed('ls ~.\r'), 'a ~. behind ls').toEqual(stays('ls ~.\r'))
  expect(typed('.~.\r'), 'a ~. behind a point').toEqual(stays('.~.\r'))
  expect(typed('\n~.'), 'a line feed is not Enter, when the terminal is raw').toEqual(stays('\n~.'))
})

it('~~ is one ~', () => {
  expect(typed('~~\r'), '~~ and Enter').toEqual(stays('~\r'))
  expect(typed('~~.'), '~~ and a point: within a line by then').toEqual(stays('~.'))
  expect(typed('~~~\r'), 'three of them').toEqual(stays('~~\r'))
})

it('~ and something else is both', () => {
  expect(typed('~/bin/tool\r'), 'a path in the home directory').toEqual(stays('~/bin/tool\r'))
  expect(typed('~x~.'), 'and then it is within a line').toEqual(stays('~x~.'))
  expect(typed('~\r~.'), 'a ~ and Enter, which begins a line').toEqual(leaves('~\r'))
})

it('a ~ alone is held back, and nothing else is', () => {
  const watch = watchForTilde()
  expect(watch('a').pass, 'an a').toBe('a')
  expect(watch('\r').pass, 'Enter').toBe('\r')
  expect(watch('~').pass, 'a ~ at the beginning of a line').toBe('')
  expect(watch('b').pass, 'the next key').toBe('~b')
  expect(watch('~').pass, 'a ~ within a line').toBe('~')
})

it('it makes no difference where one piece ends and the next begins', () => {
  for (const text of ['cd ~\r~~/x\r~/y\r~\r~z\r~.never', '~.', 'a\r~.b', '~~~.\r~q~.\r'])
    for (let at = 0; at <= text.length; at++) {
      const whole = typed(text)
      const where = JSON.stringify(text)
      expect(typed(text.slice(0, at), text.slice(at)), `${where} in two pieces, the first of ${at}`).toEqual(
        whole,
      )
      expect(typed(...text), `${where} key by key`).toEqual(whole)
      expect(whole.left, `${where} in one piece: does it leave?`).toBe(/never|^~\.$|^a/.test(text))
    }
})
