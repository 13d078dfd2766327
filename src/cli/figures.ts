/** A number for people: 12,345. */
export function count(value: number | undefined): string {
  return (value ?? 0).toLocaleString('en');
}

/** A duration in seconds, for people: `1.5 s`. */
export function seconds(value: number): string {
  return `${value.toFixed(1)} s`;
}

/** How long ago `started`, a value of performance.now(), was: `1.5 s`. */
export function secondsSince(started: number): string {
  return seconds((performance.now() - started) / 1000);
}
