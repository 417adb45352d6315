// Three small helps for all that follows.

/**
 * @param {string} selector
 * @param {ParentNode} within
 * @returns {HTMLElement[]}
 */
export function all(selector, within = document) {
  return [...within.querySelectorAll(selector)].filter((element) => element instanceof HTMLElement)
}

/**
 * @param {string} selector
 * @param {ParentNode} within
 */
export function one(selector, within = document) {
  return all(selector, within)[0]
}

/**
 * Says it to those who hear the page.
 * @param {string} text
 */
export function say(text) {
  const said = one('#said')
  if (said) said.textContent = text
}
