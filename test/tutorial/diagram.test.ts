// A drawing made of characters becomes a picture in which everything has kept its place.

import { describe, expect, it } from 'vitest'
import { looseEnds, parseDrawing } from '../../scripts/tutorial/diagram/drawing.ts'
import { drawDiagram } from '../../scripts/tutorial/diagram.ts'

const all = (svg: string, tag: string) =>
  [...svg.matchAll(new RegExp(`<${tag}\\b([^>]*)>(?:([^<]*)</${tag}>)?`, 'g'))].map(
    ([, attributes, text]): Record<string, string> => ({
      ...Object.fromEntries(
        [...attributes!.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, name, value]) => [name, value]),
      ),
      ...(text ? { text } : {}),
    }),
  )
const draw = (drawing: string) => drawDiagram(`A title\n\n${drawing}\n`)
/** The points of a path, without what is rounded. */
const ends = (d: string) => [d.match(/^M([\d.]+ [\d.]+)/)?.[1], d.match(/([\d.]+ [\d.]+)Z?$/)?.[1]]

describe('a drawing', () => {
  it('has a title for those who do not see it, and is an image for them', () => {
    const svg = drawDiagram('Alice & Bob\n\n┌─┐\n└─┘\n')
    expect(svg).toMatch(/^<svg [^>]*role="img"[^>]*>\n<title>Alice &amp; Bob<\/title>/)
  })

  it('is as large as it is, and no larger', () => {
    const [narrow, wide] = [draw('a'.repeat(20)), draw('a'.repeat(78))].map((svg) => all(svg, 'svg')[0]!)
    expect(Number(wide!.width) - Number(narrow!.width)).toBeCloseTo(58 * 8.4, -1)
    expect(wide!.viewBox).toBe(`0 0 ${wide!.width} ${wide!.height}`)
    expect(Number(wide!.width)).toBeLessThan(720)
  })

  it('is the same wherever it stands in its file', () => {
    expect(drawDiagram('T\n\n   ┌─┐\n   └─┘\n\n')).toBe(drawDiagram('T\n\n┌─┐\n└─┘'))
  })

  it('can stand within a page: it has no ids, and its style is for itself alone', () => {
    const svg = draw('┌─┐\n└─┘')
    expect(svg).not.toMatch(/\bid=/)
    const rules = /<style>([\s\S]*)<\/style>/.exec(svg)![1]!.replace(/@media[^{]*\{(.*)\}/g, '$1')
    const selectors = rules
      .split(/\{[^}]*\}/)
      .map((selector) => selector.trim())
      .filter(Boolean)
    expect(selectors.length).toBeGreaterThan(5)
    for (const selector of selectors) expect(selector).toMatch(/^\.diagram\b/)
  })

  it('is dark where all is dark, and as a page wants it', () => {
    const svg = draw('a')
    expect(svg).toContain('@media (prefers-color-scheme:dark)')
    expect(svg).toContain('--ink:var(--diagram-ink,')
  })
})

describe('a box', () => {
  it('is one path and one fill, with rounded corners', () => {
    const svg = draw('┌─────┐\n│ Bob │\n└─────┘')
    expect(all(svg, 'rect')).toEqual([{ x: '18.2', y: '53', width: '50.4', height: '36', rx: '6' }])
    const paths = all(svg, 'path')
    expect(paths).toHaveLength(1)
    expect(paths[0]!.d).toMatch(/^M[^MZ]*Z$/)
    expect(paths[0]!.d!.match(/Q/g)).toHaveLength(4)
  })

  it.each([
    ['double', '╔══╗\n║  ║\n╚══╝', 'accent'],
    ['dashed', '┌┄┄┐\n┆  ┆\n└┄┄┘', 'hidden'],
    ['dashed, with a line that begins at it', '┌┄┄┐\n┆  ├──\n└┄┄┘', 'hidden'],
    ['dashed, of one line', '┌┄┄┐\n└┄┄┘', 'hidden'],
  ])('of other lines is of another kind: %s', (_, drawing, kind) => {
    const svg = draw(drawing)
    expect(all(svg, 'rect').map((rect) => rect.class)).toEqual([kind])
    const border = all(svg, 'path').filter(({ d }) => /Z$/.test(d!))
    expect(border.map((path) => path.class)).toEqual([kind])
  })

  it('may have its name in its border, and others in itself', () => {
    const svg = draw('┌─ host ─────┐\n│ ┌┄┄┄┄┄┄┄┄┐ │\n│ ┆ gone   ┆ │\n│ └┄┄┄┄┄┄┄┄┘ │\n└────────────┘')
    expect(all(svg, 'rect').map((rect) => rect.class)).toEqual([undefined, 'hidden'])
    expect(
      all(svg, 'text')
        .slice(1)
        .map(({ class: kind, text }) => [kind, text]),
    ).toEqual([
      ['label', 'host'],
      ['hidden', 'gone'],
    ])
  })

  it('may be divided: the dividing lines go through', () => {
    const svg = draw('╔═══╤═══╗\n║ a │ b ║\n╟───┼───╢\n║ c │ d ║\n╚═══╧═══╝')
    expect(all(svg, 'rect')).toHaveLength(1)
    expect(all(svg, 'path').map((path) => [path.class, /Z$/.test(path.d!)])).toEqual([
      [undefined, false],
      [undefined, false],
      ['accent', true],
    ])
  })
})

describe('an arrow', () => {
  it('touches the border that it points at, and its line ends in its head', () => {
    const svg = draw('a ──▶│\n     │')
    const [head] = all(svg, 'polygon')
    const line = all(svg, 'path').find(({ d }) => ends(d!)[0]!.split(' ')[1] === ends(d!)[1]!.split(' ')[1])
    // the border is in the middle of the sixth column: 14 + 5.5 × 8.4 = 60.2
    expect(head!.points).toBe('58.7,53 49.7,57 49.7,49')
    expect(ends(line!.d!)[1]).toBe('50.7 53')
  })

  it.each(['▲', '▶', '▼', '◀'])('has a head: %s', (character) => {
    expect(all(draw(`x ${character} y`), 'polygon')).toHaveLength(1)
  })

  it('is of the kind of its line', () => {
    const kinds = ['──▶', '══▶', '┄┄▶'].map((arrow) => all(draw(arrow), 'polygon')[0]!.class)
    expect(kinds).toEqual([undefined, 'accent', 'hidden'])
  })
})

describe('text', () => {
  it('begins in its column and is as wide as its characters, in any font', () => {
    const [, alice, bob] = all(draw('Alice buys   an apple'), 'text')
    expect(alice).toMatchObject({ x: '14', textLength: '84', text: 'Alice buys' })
    expect(bob).toMatchObject({ x: '123.2', textLength: '67.2', text: 'an apple' })
  })

  it('has its signs in the middle of their cells, alone', () => {
    const [, before, sign, after] = all(draw('done ✓ & <well>'), 'text')
    expect(before).toMatchObject({ text: 'done' })
    expect(sign).toMatchObject({ class: 'sign', x: '60.2', text: '✓' })
    expect(after).toMatchObject({ text: '&amp; &lt;well&gt;' })
  })
})

describe('a loose end', () => {
  const found = (drawing: string) =>
    looseEnds(parseDrawing(`A title\n\n${drawing}`)).map(
      ({ line, column, character }) => `${line}:${column} ${character}`,
    )

  it.each([
    ['a border in the wrong column', '┌──┐\n│ │\n└──┘', ['3:4 ┐', '5:4 ┘']],
    ['a corner in the wrong column', '  ┌──┐\n  │  │\n └──┘', ['5:2 └', '5:5 ┘']],
    ['a crossing of nothing', '──┬──', ['3:3 ┬']],
  ])('is found: %s', (_, drawing, ends) => {
    expect(found(drawing)).toEqual(ends)
  })

  it.each([
    ['an arrow', '┌──┐\n│  ├──▶ x\n└┬─┘\n ▼'],
    ['a tree', 'a ─┬─ b\n   └─ c'],
    ['the end of a straight line', '│\n▼\n\n──'],
    ['a name in a border', '┌─ x ─┐\n│     │\n└─────┘'],
  ])('is none: %s', (_, drawing) => {
    expect(found(drawing)).toEqual([])
  })
})
