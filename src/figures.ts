/** A number for people: 12,345. */
export function count(value: number): string {
  return value.toLocaleString('en');
}

/** How many there are of something: `1 run`, `2,000 runs`. */
export function several(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** Seconds as days: `1 day`, `90 days`, `0.5 days`. */
export function days(seconds: number): string {
  return several(seconds / 86_400, 'day');
}

/** A share or a score for people, of at most six places. */
export function share(value: number): string {
  return String(Number(value.toFixed(6)));
}

/** A duration in seconds, for people: `1.5 s`. */
export function seconds(value: number): string {
  return `${value.toFixed(1)} s`;
}

/** How long ago `started`, a value of performance.now(), was: `1.5 s`. */
export function secondsSince(started: number): string {
  return seconds((performance.now() - started) / 1000);
}
