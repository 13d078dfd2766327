/**
 * A file's path as DuckDB's readers take it: to them `*`, `?` and `[` begin a pattern. With a backslash no pattern finds
 * it, and they take a path that no pattern finds as it is.
 */
export function duckDbPath(path: string): string {
  return path.includes('\\') ? path : path.replace(/[*?[]/g, '[$&]');
}
