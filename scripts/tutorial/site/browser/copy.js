// The buttons on code: of commands they take the commands, without their prompts, without what is printed, and without
// comments, which not every shell takes from the keyboard.

import { all, say } from './dom.js'

export function startCopy() {
  for (const button of all('button.copy')) button.addEventListener('click', () => copy(button))
}

/** @param {HTMLElement} button */
async function copy(button) {
  const figure = button.closest('figure')
  if (!figure) return
  const commands = all('.command code', figure)
  const parts = commands.length > 0 ? commands : all('pre code', figure)
  const isShell = commands.length > 0 || figure.dataset.language === 'sh'
  const text = parts.map((part) => (isShell ? withoutComments(part) : textOf(part))).join('\n')
  const worked = await write(text)
  const label = button.firstElementChild
  if (label) label.textContent = worked ? 'Copied' : 'Not copied'
  say(worked ? 'Copied' : 'The browser does not allow it: select the text and copy it yourself')
  setTimeout(() => {
    if (label) label.textContent = 'Copy'
  }, 1600)
}

/** @param {Element} part */
const textOf = (part) => part.textContent?.trimEnd() ?? ''

/** @param {Element} part */
function withoutComments(part) {
  const copied = /** @type {Element} */ (part.cloneNode(true))
  for (const comment of copied.querySelectorAll('.c')) comment.remove()
  return textOf(copied).replace(/[ \t]+$/gm, '')
}

/** @param {string} text */
async function write(text) {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return writeOldWay(text)
  }
}

/**
 * Over plain HTTP from another machine there is no clipboard object.
 * @param {string} text
 */
function writeOldWay(text) {
  const active = document.activeElement
  const area = document.createElement('textarea')
  area.value = text
  area.className = 'spoken'
  document.body.append(area)
  area.select()
  const worked = document.execCommand('copy')
  area.remove()
  if (active instanceof HTMLElement) active.focus()
  return worked
}
