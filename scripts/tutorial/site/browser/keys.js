// The keyboard: arrows turn the pages, `/` opens the search. Not while somebody types, or scrolls code that is too wide.

import { one } from './dom.js'
import { openSearch } from './search.js'

export function startKeys() {
  addEventListener('keydown', (event) => {
    const { key } = event
    if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return
    if (document.querySelector('dialog[open], :popover-open') || isBusy(event.target)) return
    if (key === '/') {
      event.preventDefault()
      openSearch()
    }
    if (key === 'ArrowLeft') one('a[rel=prev]')?.click()
    if (key === 'ArrowRight') one('a[rel=next]')?.click()
  })
}

/**
 * Is it somebody else's key?
 * @param {EventTarget | null} target
 */
function isBusy(target) {
  if (!(target instanceof HTMLElement)) return false
  if (target instanceof HTMLInputElement) return target.type !== 'checkbox'
  if (target.isContentEditable || target.matches('textarea, select')) return true
  return (
    target.tabIndex === 0 && target.matches('pre, .table, .canvas') && target.scrollWidth > target.clientWidth
  )
}
