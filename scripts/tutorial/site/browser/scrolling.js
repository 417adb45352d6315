// Code that is wider than its place can be scrolled with the keyboard, so it must be reachable by Tab; what fits must not be,
// or Tab would stop at every block. And a link into folded text opens what it leads to.

import { all } from './dom.js'

export function startScrolling() {
  const blocks = all('pre[tabindex], .table[tabindex], .canvas[tabindex]')
  const observer = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      if (target instanceof HTMLElement) target.tabIndex = target.scrollWidth > target.clientWidth ? 0 : -1
    }
  })
  for (const block of blocks) observer.observe(block)
  addEventListener('hashchange', unfold)
  unfold()
}

function unfold() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)))
  const folded = target?.closest('details:not([open])')
  if (!(folded instanceof HTMLDetailsElement)) return
  folded.open = true
  target?.scrollIntoView()
}
