import type { ReadProgress } from '../../ingest/read-folder.ts';
import type { Report } from '../step-name.ts';

/** Turns counts of equal pieces of work into a line with the time left. */
export function estimate(report: Report, of: string): (done: number, total: number, rows?: number) => void {
  const started = Date.now();
  return (done, total, rows) => {
    const seconds = (Date.now() - started) / 1000;
    const left = Math.ceil((seconds / done) * (total - done));
    const rate =
      rows === undefined
        ? ''
        : `, ${rows.toLocaleString('en')} rows, ${Math.round(rows / Math.max(seconds, 0.001)).toLocaleString('en')}/s`;
    report(`${done} of ${total} ${of}${rate}, ${left} s left`);
  };
}

/** Turns bytes read into a line with the time left. */
export function estimateReading(report: Report): (progress: ReadProgress) => void {
  const started = Date.now();
  return ({ file, bytes, totalBytes, rows }) => {
    const seconds = (Date.now() - started) / 1000;
    const left = Math.ceil((seconds / bytes) * (totalBytes - bytes));
    report(
      `reading ${file}: ${Math.floor((100 * bytes) / totalBytes)} % of the bytes, ${rows.toLocaleString('en')} rows, ` +
        `${Math.round(rows / seconds).toLocaleString('en')}/s, ${left} s left`,
    );
  };
}

/** Says that what has been read since now is being sorted, which takes a quarter of the reading's time. */
export function estimateSorting(report: Report): () => void {
  const started = Date.now();
  return () => report(`sorting and removing repeats, about ${Math.ceil((Date.now() - started) / 4000)} s in all`);
}
