// Which sections a few words mean: all words must be there, and they count most in titles and at the beginning of words.

/** @typedef {readonly [url: string, page: string, section: string, text: string]} Entry */
/** @typedef {{ entry: Entry, score: number }} Hit */

/** @param {string} query */
export const wordsOf = (query) =>
  query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')

/**
 * @param {readonly Entry[]} entries
 * @param {string} query
 * @param {number} most
 * @returns {Hit[]}
 */
export function search(entries, query, most = 12) {
  const words = wordsOf(query)
  if (words.length === 0) return []
  return entries
    .map((entry) => ({ entry, score: scoreOf(entry, words) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, most)
}

/**
 * @param {Entry} entry
 * @param {string[]} words
 */
function scoreOf([, page, section, text], words) {
  const fields = [
    { text: section.toLowerCase(), weight: 40 },
    { text: page.toLowerCase(), weight: section === '' ? 60 : 12 },
    { text: text.toLowerCase(), weight: 4 },
  ]
  let sum = 0
  for (const word of words) {
    const scores = fields.map((field) => field.weight * strength(field.text, word))
    const score = scores.reduce((a, b) => a + b)
    if (score === 0) return 0
    sum += score
  }
  const phrase = words.join(' ')
  return words.length > 1 && fields.some((field) => field.text.includes(phrase)) ? sum * 2 : sum
}

/**
 * 0: not there; 1: once at the beginning of a word; more if it is there more often, or is the whole word.
 * @param {string} text
 * @param {string} word
 */
function strength(text, word) {
  let found = 0
  let best = 0
  for (let at = text.indexOf(word); at >= 0 && found < 6; at = text.indexOf(word, at + word.length)) {
    found++
    const begins = at === 0 || !/[\p{L}\p{N}_]/u.test(text[at - 1] ?? '')
    const ends = !/[\p{L}\p{N}_]/u.test(text[at + word.length] ?? ' ')
    best = Math.max(best, begins && ends ? 1.5 : begins ? 1 : 0.3)
  }
  return best * (1 + Math.log2(Math.max(found, 1)) / 2)
}

/**
 * Some of the text around the first word of the query that is in it, in pieces: every second one is a word that was asked for.
 * @param {string} text
 * @param {string} query
 */
export function excerpt(text, query, length = 150) {
  const words = wordsOf(query)
  const lower = text.toLowerCase()
  const first = Math.min(...words.map((word) => lower.indexOf(word)).filter((at) => at >= 0), text.length)
  const wanted = first === text.length ? 0 : Math.max(0, first - 50)
  const start = wanted === 0 ? 0 : text.indexOf(' ', wanted) + 1
  const part = text.slice(start, start + length)
  const pattern = words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')
  const cut = `${start > 0 ? '… ' : ''}${part}${start + length < text.length ? ' …' : ''}`
  return pattern === '' ? [cut] : cut.split(new RegExp(`(${pattern})`, 'gi'))
}
