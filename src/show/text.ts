/** Places that a person reads of a weight; `--json` has all twelve. */
const shownPlaces = 4;

/** `2024-06-01 00:00:00 UTC` of epoch seconds. */
export function instantText(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** A decimal as published, rounded for reading; never 0 for more than nothing. */
export function weightText(weight: string): string {
  const text = Number(weight).toFixed(shownPlaces);
  return Number(text) === 0 && Number(weight) > 0 ? `<${(10 ** -shownPlaces).toFixed(shownPlaces)}` : text;
}

/** Rows as columns, the first row being the head: `numbers` columns are set right, what follows them is text. */
export function columns(rows: string[][], numbers: number): string {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  const aligned = (row: string[]) => row.map((cell, i) => (i < numbers ? cell.padStart(widths[i] ?? 0) : cell));
  return rows.map((row) => `  ${aligned(row).join('  ')}`).join('\n');
}
