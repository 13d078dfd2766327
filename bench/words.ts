/** Numbers formatted for people, and progress messages. */

/** 20k, 300k, 1M, 1.5M: a number of activities. */
export function amountText(value: number): string {
  if (value >= 1_000_000) return `${Number((value / 1_000_000).toFixed(2))}M`;
  return value >= 1_000 ? `${Number((value / 1_000).toFixed(1))}k` : String(value);
}

/** 0.42 s, 4.2 s, 42 s: two or three digits, since noise hides any more. */
export function seconds(value: number): string {
  return `${value < 1 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : value.toFixed(0)} s`;
}

export function milliseconds(value: number): string {
  return `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ms`;
}

export function ratio(value: number): string {
  return `${value.toFixed(value < 10 ? 2 : 1)}×`;
}

export function bytes(value: number): string {
  const gib = value / 2 ** 30;
  return gib >= 1 ? `${gib.toFixed(2)} GiB` : `${(value / 2 ** 20).toFixed(0)} MiB`;
}

/** Prints progress on standard error, which keeps standard output free for results. */
export function say(text: string): void {
  process.stderr.write(`${new Date().toISOString().slice(11, 19)} bench: ${text}\n`);
}
