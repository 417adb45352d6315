// Labels, as filters and tables have them.

/** Is `wanted`, a key or `key=value`, among them? */
export function hasLabel(labels: Readonly<Record<string, string>>, wanted: string): boolean {
  const at = wanted.indexOf('=')
  return at === -1 ? wanted in labels : labels[wanted.slice(0, at)] === wanted.slice(at + 1)
}

export function labelText(labels: Readonly<Record<string, string>> = {}): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',')
}
