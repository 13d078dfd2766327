/** Decimal places shown of a weight; `--json` has all twelve. */
const shownPlaces = 4;

/** `2024-06-01 00:00:00 UTC` of epoch seconds. */
export function instantText(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** A published decimal, rounded for display; a value above 0 is never shown as 0. */
export function weightText(weight: string): string {
  const text = Number(weight).toFixed(shownPlaces);
  return Number(text) === 0 && Number(weight) > 0 ? `<${(10 ** -shownPlaces).toFixed(shownPlaces)}` : text;
}

/**
 * Rows as aligned columns; the first row is the header. The first `numbers` columns are right-aligned, the rest is
 * text.
 */
export function columns(rows: string[][], numbers: number): string {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  const aligned = (row: string[]) => row.map((cell, i) => (i < numbers ? cell.padStart(widths[i] ?? 0) : cell));
  return rows.map((row) => `  ${aligned(row).join('  ')}`).join('\n');
}
