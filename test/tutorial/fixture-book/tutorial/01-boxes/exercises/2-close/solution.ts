// Close: what is in the box?

export function thing(): string {
  return 'apple'
}
