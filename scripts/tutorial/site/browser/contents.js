// The contents know where the reader is: the section at the top of the window is marked, and a chosen section closes the
// popover of narrow screens.

import { all, one } from './dom.js'

export function startContents() {
  const contents = one('#contents')
  if (!contents) return
  contents.addEventListener('click', ({ target }) => {
    if (target instanceof Element && target.closest('a') && contents.matches(':popover-open'))
      contents.hidePopover()
  })
  const here = all('.sections a', contents).filter((link) => link.getAttribute('href')?.startsWith('#'))
  if (here.length > 0) follow(here)
  const current = here[0] ?? one('[aria-current=page]', contents)
  // no jump of the page itself: only the list may scroll
  if (current && contents.scrollHeight > contents.clientHeight) contents.scrollTop = current.offsetTop - 120
}

/** @param {HTMLElement[]} links */
function follow(links) {
  const mark = () => {
    const passed = links.filter((link) => {
      const heading = document.getElementById(decodeURIComponent(link.getAttribute('href') ?? '').slice(1))
      return heading && heading.getBoundingClientRect().top < innerHeight / 4
    })
    for (const link of links) link.removeAttribute('aria-current')
    passed.at(-1)?.setAttribute('aria-current', 'true')
  }
  let waits = false
  addEventListener(
    'scroll',
    () => {
      if (waits) return
      waits = true
      requestAnimationFrame(() => {
        waits = false
        mark()
      })
    },
    { passive: true },
  )
  mark()
}
