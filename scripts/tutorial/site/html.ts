// Small help for writing HTML as text: everything that came from a file goes through `escaped` before it stands in a page.

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** For text between tags, and for attributes in either kind of quotes. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character]!)
}

/** Attributes as they stand in a tag, with a space before each; those that are undefined or false are left out. */
export function attributes(values: Readonly<Record<string, string | number | boolean | undefined>>): string {
  return Object.entries(values)
    .filter(([, value]) => value !== undefined && value !== false)
    .map(([name, value]) => (value === true ? ` ${name}` : ` ${name}="${escaped(String(value))}"`))
    .join('')
}

/** Text for those who hear the page and do not see it. */
export const spoken = (text: string) => `<span class="spoken">${escaped(text)}</span>`

/** `Layers: how a container …` → the name, and what is said of it. */
export function splitTitle(title: string): { readonly name: string; readonly about: string } {
  const [, name, about] = /^(.+?): (.+)$/.exec(title) ?? []
  return name === undefined ? { name: title, about: '' } : { name, about: about! }
}
