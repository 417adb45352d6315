import { describe, expect, it } from 'vitest'
import { fill, formatRows } from './format.ts'
import { shortened } from './table.ts'

const data = {
  Name: 'One',
  N: 3,
  Yes: true,
  None: null,
  Unset: undefined,
  List: ['a', 'b'],
  In: { side: { x: 1 }, 'a b': 'c' },
}

describe('a template', () => {
  it.each([
    ['{{.Name}}', 'One'],
    ['{{ .Name }}-{{.N}}', 'One-3'],
    ['{{.Yes}}', 'true'],
    ['{{.In.side.x}}', '1'],
    ['{{.List}}', '[a b]'],
    ['{{.In.side}}', 'map[x:1]'],
    ['{{.None}} {{.Unset}} {{json .Unset}}', '<nil> <nil> null'],
    ['{{json .List}}', '["a","b"]'],
    ['{{json .In.side}}', '{"x":1}'],
    ['{{json .}}', JSON.stringify(data)],
    ['{{upper .Name}} {{lower .Name}}', 'ONE one'],
    ['{{index .In "a b"}}', 'c'],
    ['{{.Name}}\\t{{.N}}\\n', 'One\t3\n'],
    ['no action', 'no action'],
    ['{{range .List}}<{{.}}>{{end}}', '<a><b>'],
    ['{{range $i, $x := .List}}{{$i}}{{$x}} {{$.Name}};{{end}}', '0a One;1b One;'],
    ['{{range $key, $value := .In.side}}{{$key}}={{$value}}{{end}}', 'x=1'],
    ['{{range .None}}x{{else}}nothing{{end}}', 'nothing'],
    ['{{if .Yes}}yes{{else}}no{{end}}', 'yes'],
    ['{{if .None}}yes{{else if eq .N 3}}three{{else}}no{{end}}', 'three'],
    ['{{if .Unset}}yes{{else}}no{{end}}', 'no'],
    ['{{with .In}}{{.side.x}}{{end}}', '1'],
    ['{{$n := .Name}}{{$n}}{{$n | lower}}', 'Oneone'],
    ['{{len .List}} {{index .List 1}} {{(index .List 0) | upper}}', '2 b A'],
    ['{{join .List ", "}}{{/* nobody reads this */}}', 'a, b'],
    ['{{split "a:b" ":"}} {{title "up and down"}} {{truncate .Name 2}}', '[a b] Up And Down On'],
    ['{{printf "%s-%03d|%5s|%-5s|%q" .Name .N "x" "y" "z"}}', 'One-003|    x|y    |"z"'],
    ['{{printf "%.2s|%.9s|%4.1s" .Name "x" "yz"}}', 'On|x|   y'],
    ['{{and .Yes (not .None)}} {{or .None "other"}} {{ne .N 4}} {{lt .N 4}}', 'true other true true'],
    ['{{println .N}}', '3\n'],
    ['a  {{- .Name -}}  b', 'aOneb'],
    ['{{.In.side | json}}', '{"x":1}'],
  ])('%s', (template, text) => expect(fill(template, data)).toBe(text))

  it.each([
    ['{{.Nosuch}}', 'template: :1:2: executing "" at <.Nosuch>: map has no entry for key "Nosuch"'],
    ['{{.In.Nosuch}}', 'template: :1:5: executing "" at <.In.Nosuch>: map has no entry for key "Nosuch"'],
    ['{{.Unset.More}}', 'template: :1:8: executing "" at <.Unset.More>: map has no entry for key "Unset"'],
    ['{{.Name.More}}', "can't evaluate field More in type string"],
    ['{{nosuch .Name}}', 'function "nosuch" not defined'],
    ['{{}}', 'missing value for command'],
    ['{{.Name', 'unclosed action'],
    ['{{if .Yes}}', 'unexpected EOF'],
    ['{{end}}', 'unexpected {{end}}'],
    ['{{(.Name}}', 'unclosed left paren'],
    ['{{$x}}', 'undefined variable "$x"'],
    ['{{.Name )}}', 'unexpected ")"'],
  ])('%s is an error', (template, message) => expect(() => fill(template, data)).toThrow(message))
})

const columns = [
  { heading: 'ID', field: 'Id' },
  { heading: 'STATUS', field: 'Status' },
  { heading: 'NAMES', field: 'Names' },
]
const rows = [
  { Id: 'abc', Status: 'Up 2 minutes', Names: 'one' },
  { Id: 'd', Status: '', Names: 'second' },
]

describe('rows', () => {
  it('are a table, three blanks between the columns and each of them ten wide at least', () => {
    expect(formatRows(rows, columns, undefined)).toBe(
      [
        'ID        STATUS         NAMES',
        'abc       Up 2 minutes   one',
        'd                        second',
      ].join('\n'),
    )
    expect(formatRows(rows, columns, 'table')).toBe(formatRows(rows, columns, undefined))
  })

  it('are only headings if there are none', () => {
    expect(formatRows([], columns, undefined)).toBe('ID        STATUS    NAMES')
    expect(formatRows([], columns, 'json')).toBe('')
    expect(formatRows([], columns, 'table {{.Names}}')).toBe('NAMES')
  })

  it('are one JSON object a line', () => {
    const lines = formatRows(rows, columns, 'json').split('\n')
    expect(lines.map((line) => JSON.parse(line))).toEqual(rows)
  })

  it('are what a template makes of each, also as a table', () => {
    expect(formatRows(rows, columns, '{{.Names}}: {{.Id}}')).toBe('one: abc\nsecond: d')
    expect(formatRows(rows, columns, 'table {{.Names}}\\t{{.Id}}')).toBe(
      'NAMES     ID\none       abc\nsecond    d',
    )
  })
})

it('what is too long is cut, with a mark', () => {
  expect([shortened('abc', 3), shortened('abcd', 3), shortened('abcd', 4)]).toEqual(['abc', 'ab…', 'abcd'])
})
