import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { say } from './words.ts';

/** A folder for all that is made meanwhile; disposing of it removes it. */
export class Scratch implements Disposable {
  readonly folder: string;
  readonly #keep: boolean;

  constructor(under: string | undefined, keep: boolean) {
    this.folder = mkdtempSync(join(under ?? tmpdir(), 'kith-bench-'));
    this.#keep = keep;
    // Postgres, which runs as another user where this one is root, has to get through.
    chmodSync(this.folder, 0o711);
  }

  [Symbol.dispose](): void {
    if (this.#keep) say(`everything is left in ${this.folder}`);
    else rmSync(this.folder, { recursive: true, force: true });
  }
}
