/** A file's path as DuckDB's readers take it: to them `*`, `?` and `[` begin a pattern. */
export function duckDbPath(path: string): string {
  return path.replace(/[*?[]/g, '[$&]');
}
