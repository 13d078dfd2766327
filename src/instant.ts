/** ISO 8601 of epoch seconds, UTC, without a fraction: `2024-06-01T00:00:00Z`. */
export function isoSeconds(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}
