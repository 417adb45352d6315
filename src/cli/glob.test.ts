import { expect, it } from 'vitest'
import { globMatches } from './glob.ts'

it.each([
  ['alpine', 'alpine', true],
  ['al*', 'alpine', true],
  ['*', 'alice/app', false],
  ['*/*', 'alice/app', true],
  ['al?ine:3.[12]*', 'alpine:3.19', true],
  ['al?ine:3.[^1]*', 'alpine:3.19', false],
  ['a.c', 'abc', false],
  ['(a+)+$', 'aaaa', false],
])('%s for %s: %s', (pattern, text, fits) => expect(globMatches(pattern, text)).toBe(fits))
