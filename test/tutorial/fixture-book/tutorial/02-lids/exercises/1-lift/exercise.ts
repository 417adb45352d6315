// Lift: what is in the box?

export function thing(): string {
  // TODO: say what it is
  throw new Error('TODO: thing does not know yet')
}
