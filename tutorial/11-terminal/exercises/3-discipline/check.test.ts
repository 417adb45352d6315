import { expect, it } from 'vitest'
import { discipline } from './exercise.ts'

const screen = (typed: string) => discipline(typed).screen
const reads = (typed: string) => discipline(typed).reads

it('a line is read when it is complete, and not before', () => {
  expect(reads('ls\r'), 'ls and Enter').toEqual(['ls\n'])
  expect(reads('one\rtwo\r'), 'two lines').toEqual(['one\n', 'two\n'])
  expect(reads('ls -l'), 'a line without Enter').toEqual([])
  expect(reads('\r'), 'Enter alone').toEqual(['\n'])
})

it('what is typed is shown', () => {
  expect(screen('ls\r'), 'ls and Enter').toBe('ls\r\n')
  expect(screen('ls -l'), 'a line without Enter').toBe('ls -l')
})

it('Backspace takes the last character away', () => {
  expect(reads('helo\x7flo\r'), 'helo, Backspace, lo').toEqual(['hello\n'])
  expect(screen('helo\x7flo\r'), 'helo, Backspace, lo').toBe('helo\b \blo\r\n')
  expect(reads('a\x7f\x7f\x7fb\r'), 'more Backspaces than characters').toEqual(['b\n'])
  expect(screen('a\x7f\x7f\x7fb\r'), 'more Backspaces than characters').toBe('a\b \bb\r\n')
  expect(reads('a\r\x7f\r'), 'a line that is complete is out of reach').toEqual(['a\n', '\n'])
})

it('Ctrl-U takes the whole line away', () => {
  expect(reads('rm -rf\x15ls\r'), 'rm -rf, Ctrl-U, ls').toEqual(['ls\n'])
  expect(screen('abc\x15d'), 'abc, Ctrl-U, d').toBe('abc\b \b\b \b\b \bd')
  expect(screen('\x15'), 'Ctrl-U in an empty line').toBe('')
})

it('Ctrl-D completes without an end of line', () => {
  expect(reads('half\x04'), 'half, Ctrl-D').toEqual(['half'])
  expect(reads('half\x04 and half\r'), 'and it goes on').toEqual(['half', ' and half\n'])
  expect(reads('\x04'), 'Ctrl-D alone: nothing is read, the end of the file').toEqual([''])
  expect(reads('half\x04\x04'), 'twice').toEqual(['half', ''])
  expect(screen('half\x04'), 'it is not shown').toBe('half')
})

it('three keys are signals', () => {
  expect(discipline('\x03\x1c\x1a').signals, 'Ctrl-C, Ctrl-\\, Ctrl-Z').toEqual([
    'SIGINT',
    'SIGQUIT',
    'SIGTSTP',
  ])
  expect(screen('\x03\x1c\x1a'), 'what they show').toBe('^C^\\^Z')
  expect(reads('rm -rf\x03ls\r'), 'rm -rf, Ctrl-C, ls').toEqual(['ls\n'])
  expect(screen('rm\x03ls\r'), 'what was there stays on the screen').toBe('rm^Cls\r\n')
  expect(discipline('echo\r').signals, 'no such key, no signal').toEqual([])
})

it('other control characters are kept, and shown as two', () => {
  expect(reads('a\x01\x1bb\r'), 'a, Ctrl-A, Escape, b').toEqual(['a\x01\x1bb\n'])
  expect(screen('a\x01\x1bb\r'), 'a, Ctrl-A, Escape, b').toBe('a^A^[b\r\n')
  expect(reads('a\x01\x7fb\r'), 'Backspace takes one character').toEqual(['ab\n'])
  expect(screen('a\x01\x7fb\r'), 'and two places on the screen').toBe('a^A\b \b\b \bb\r\n')
  expect(screen('x\x02\x15'), 'Ctrl-U, too').toBe('x^B\b \b\b \b\b \b')
})
