// Ctrl-C on a command that puts files down on its way: the process ends as it would, but clears away first what it
// would have cleared away at its own end.

export function endOnSignals(): void {
  process.once('SIGINT', () => process.exit(130))
  process.once('SIGTERM', () => process.exit(143))
}
