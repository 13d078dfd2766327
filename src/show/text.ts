/** Places that a person reads of a weight; `--json` has all twelve. */
const shownPlaces = 4;

/** `2024-06-01 00:00:00 UTC` of epoch seconds. */
export function instantText(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** A decimal as published, rounded for reading; never 0 for more than nothing. */
export function weightText(weight: string): string {
  const text = Number(weight).toFixed(shownPlaces);
  return Number(text) === 0 && Number(weight) > 0 ? `<${10 ** -shownPlaces}` : text;
}

/** Rows as columns: the first row is the head; every column but the last is set right. */
export function columns(rows: string[][]): string {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  return rows
    .map((row) =>
      row.map((cell, i) => (i === row.length - 1 && i > 2 ? cell : cell.padStart(widths[i] ?? 0))).join('  '),
    )
    .map((line) => `  ${line}`)
    .join('\n');
}
