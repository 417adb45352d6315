// Light or dark: as the system has it, until the reader says otherwise. The script in the page's head has set what was kept.

import { one } from './dom.js'
import { keep, onChange, recall } from './store.js'

const themes = ['system', 'light', 'dark']
/** @type {Record<string, string>} */
const names = { system: 'as the system', light: 'light', dark: 'dark' }

export function startTheme() {
  const button = one('button.theme')
  if (!button) return
  show(button, recall('theme') ?? 'system')
  button.addEventListener('click', () => {
    const now = document.documentElement.dataset.theme ?? 'system'
    const next = themes[(themes.indexOf(now) + 1) % themes.length] ?? 'system'
    keep('theme', next)
    show(button, next)
  })
  onChange(() => show(button, recall('theme') ?? 'system'))
}

/**
 * @param {HTMLElement} button
 * @param {string} theme
 */
function show(button, theme) {
  document.documentElement.dataset.theme = theme
  button.dataset.shows = theme
  button.title = `Colours: ${names[theme]}`
  button.setAttribute('aria-label', `Colours: ${names[theme]}. Change`)
}
