import { say, shown } from '../output.ts';

/** Seconds between two progress lines where there is no terminal. */
const plainInterval = 10;

/** A progress line on standard error: rewritten in place on a terminal, printed every ten seconds elsewhere. */
export class ProgressLine {
  #last = performance.now();

  show(text: string): void {
    const now = performance.now();
    if (now - this.#last < (process.stderr.isTTY ? 100 : plainInterval * 1000)) return;
    this.#last = now;
    if (!process.stderr.isTTY) say(text);
    else process.stderr.write(`\r\u001b[2K${shown(text).slice(0, (process.stderr.columns ?? 80) - 1)}`);
  }

  /** Prints a line that stays. */
  say(text: string): void {
    this.clear();
    say(text);
  }

  /** Removes the progress line from the terminal. */
  clear(): void {
    if (process.stderr.isTTY) process.stderr.write('\r\u001b[2K');
  }
}
