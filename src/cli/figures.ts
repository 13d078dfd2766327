/** A number as a person reads it: 12,345. */
export function count(value: number | undefined): string {
  return (value ?? 0).toLocaleString('en');
}

/** How long ago `started` was, by performance.now(): `1.5 s`. */
export function secondsSince(started: number): string {
  return `${((performance.now() - started) / 1000).toFixed(1)} s`;
}
