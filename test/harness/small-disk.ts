import { spawnSync } from 'node:child_process';
import { chmodSync, closeSync, mkdirSync, mkdtempSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Whether this machine lets us mount file systems, as root mostly. */
export function mayMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'kith-mount-'));
  try {
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder]).status !== 0) return false;
    return spawnSync('umount', [folder]).status === 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A disk of some mebibytes, which can be filled. */
export class SmallDisk implements Disposable {
  readonly folder: string;

  constructor(folder: string, mebibytes: number) {
    mkdirSync(folder, { recursive: true });
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'tmpfs', folder]);
    if (mounted.status !== 0) throw new Error(`mount failed: ${mounted.stderr}`);
    // Engines run as other users.
    chmodSync(folder, 0o711);
    this.folder = folder;
  }

  /** Leaves so many bytes free. */
  fill(left: number): void {
    const { bavail, bsize } = statfsSync(this.folder);
    const file = openSync(join(this.folder, 'filling'), 'a');
    try {
      const block = Buffer.alloc(1 << 20);
      for (let bytes = bavail * bsize - left; bytes > 0; bytes -= block.length)
        writeSync(file, block, 0, Math.min(bytes, block.length));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    } finally {
      closeSync(file);
    }
  }

  free(): void {
    rmSync(join(this.folder, 'filling'), { force: true });
  }

  [Symbol.dispose](): void {
    spawnSync('umount', ['-l', this.folder]);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
