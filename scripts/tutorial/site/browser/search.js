// The search: a dialog with one field and links to sections. Its index is a script of its own, loaded when it is first
// opened. The arrow keys go through the results, Enter takes the first one.

import { all, say } from './dom.js'
import { excerpt, search } from './ranking.js'

/** @type {HTMLDialogElement | undefined} */
let dialog

export function startSearch() {
  for (const button of all('button.open-search')) button.addEventListener('click', openSearch)
}

export async function openSearch() {
  dialog ??= makeDialog()
  if (!dialog.open) dialog.showModal()
  dialog.querySelector('input')?.select()
  await loadEntries()
  show()
}

function makeDialog() {
  const made = document.createElement('dialog')
  made.className = 'search'
  made.setAttribute('aria-label', 'Search')
  made.innerHTML = `<form method="dialog"><input type="search" aria-label="Search all chapters" placeholder="Search all chapters"
autocomplete="off" autocapitalize="off" spellcheck="false"><button>Esc<span class="spoken">: close the search</span></button></form><ol></ol>
<p class="help"><kbd>↑</kbd> <kbd>↓</kbd> choose · <kbd>Enter</kbd> open</p>`
  document.body.append(made)
  made.querySelector('input')?.addEventListener('input', show)
  made.addEventListener('keydown', onKey)
  // a click beside it closes it
  made.addEventListener('click', (event) => {
    if (event.target === made || (event.target instanceof Element && event.target.closest('ol a')))
      made.close()
  })
  return made
}

/** @returns {readonly import('./ranking.js').Entry[]} */
const entries = () => Reflect.get(globalThis, 'searchEntries') ?? []

const home = () => document.body.dataset.home ?? ''

/** @type {Promise<void> | undefined} */
let loading

function loadEntries() {
  loading ??= new Promise((resolve) => {
    const script = document.createElement('script')
    script.src = `${home()}search.js`
    script.onload = () => resolve()
    script.onerror = () => {
      say('The index of the search could not be loaded')
      resolve()
    }
    document.head.append(script)
  })
  return loading
}

function show() {
  const query = dialog?.querySelector('input')?.value ?? ''
  const list = dialog?.querySelector('ol')
  if (!list) return
  const hits = search(entries(), query)
  list.replaceChildren(...hits.map(({ entry }) => row(entry, query)))
  if (query.trim() === '') return
  if (hits.length === 0)
    list.append(
      Object.assign(document.createElement('li'), {
        className: 'none',
        textContent: 'Nothing. Fewer letters find more.',
      }),
    )
  say(hits.length === 1 ? '1 result' : `${hits.length} results`)
}

/**
 * @param {import('./ranking.js').Entry} entry
 * @param {string} query
 */
function row([url, page, section, text], query) {
  const item = document.createElement('li')
  const link = document.createElement('a')
  link.href = home() + url
  link.append(element('span', 'page', [page]))
  if (section !== '') link.append(element('span', 'section', marked([section], query)))
  link.append(element('span', 'text', marked([text], query, excerpt)))
  item.append(link)
  return item
}

/**
 * @param {string[]} texts
 * @param {string} query
 */
function marked(
  [text = ''],
  query,
  pieces = (/** @type {string} */ all, /** @type {string} */ asked) => excerpt(all, asked, all.length + 1),
) {
  return pieces(text, query).map((piece, at) => (at % 2 === 1 ? element('mark', '', [piece]) : piece))
}

/**
 * @param {string} tag
 * @param {string} className
 * @param {(Node | string)[]} children
 */
function element(tag, className, children) {
  const made = document.createElement(tag)
  if (className !== '') made.className = className
  made.append(...children)
  return made
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  const input = dialog?.querySelector('input')
  if (!dialog || !input) return
  const links = all('ol a', dialog)
  const at = document.activeElement instanceof HTMLElement ? links.indexOf(document.activeElement) : -1
  // in a field for searching, the first Escape would only empty it
  if (event.key === 'Escape') dialog.close()
  else if (event.key === 'ArrowDown') move(event, links[at + 1])
  else if (event.key === 'ArrowUp') move(event, at > 0 ? links[at - 1] : input)
  else if (event.key === 'Enter' && document.activeElement === input) {
    event.preventDefault()
    links[0]?.click()
  } else if (event.key.length === 1 && at >= 0 && !event.ctrlKey && !event.metaKey) input.focus()
}

/**
 * @param {KeyboardEvent} event
 * @param {HTMLElement | undefined} to
 */
function move(event, to) {
  event.preventDefault()
  to?.focus()
}
