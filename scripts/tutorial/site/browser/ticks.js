// What the reader has read and done. A box on the page of a chapter or an exercise sets it; the contents, the cards and the
// links to exercises show it.

import { all } from './dom.js'
import { keep, onChange, recall } from './store.js'

export function startTicks() {
  for (const box of boxes()) {
    box.addEventListener('change', () => {
      const done = ticks()
      if (box.checked) done.add(box.dataset.tick ?? '')
      else done.delete(box.dataset.tick ?? '')
      keep('done', [...done].sort().join(' '))
      show()
    })
  }
  onChange(show)
  // a page that the browser had put aside shows what has been ticked on others since
  addEventListener('pageshow', show)
  show()
}

const boxes = () => all('input[data-tick]').filter((element) => element instanceof HTMLInputElement)

const ticks = () => new Set((recall('done') ?? '').split(' ').filter((key) => key !== ''))

function show() {
  const done = ticks()
  for (const box of boxes()) box.checked = done.has(box.dataset.tick ?? '')
  for (const mark of all('[data-ticked]')) mark.hidden = !done.has(mark.dataset.ticked ?? '')
  for (const dot of all('[data-ticked-dot]'))
    dot.classList.toggle('done', done.has(dot.dataset.tickedDot ?? ''))
  for (const line of all('[data-progress]')) showProgress(line, done)
  showBegin(done)
}

/**
 * @param {HTMLElement} line
 * @param {Set<string>} done
 */
function showProgress(line, done) {
  const of = (/** @type {string | undefined} */ keys) => {
    const all = (keys ?? '').split(' ').filter((key) => key !== '')
    return [all.filter((key) => done.has(key)).length, all.length]
  }
  const [read, chapters] = of(line.dataset.chapters)
  const [solved, exercises] = of(line.dataset.exercises)
  line.hidden = read === 0 && solved === 0
  line.textContent = `${read} of ${chapters} chapters read, ${solved} of ${exercises} exercises done`
}

/**
 * Whoever has begun goes on with the first chapter that is not ticked.
 * @param {Set<string>} done
 */
function showBegin(done) {
  const [button] = all('a[data-begin]')
  const cards = all('a[data-chapter]')
  const next = cards.find((card) => !done.has(card.dataset.chapter ?? ''))
  if (!button || !next || next === cards[0]) return
  button.textContent = `Go on with chapter ${Number(next.dataset.chapter)}`
  button.setAttribute('href', next.getAttribute('href') ?? '')
}
