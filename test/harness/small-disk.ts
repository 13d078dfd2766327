import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

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

/** A file system in memory, whose size can be set to what is on it; it takes no more memory than that. */
export class SmallDisk implements Disposable {
  readonly folder: string;
  readonly #bytes: number;

  /**
   * Needs {@link mayMount}.
   *
   * @param options of mount, besides the size
   */
  constructor(folder: string, bytes: number, options: readonly string[] = []) {
    mkdirSync(folder, { recursive: true });
    // Engines, which run as other users where this one is root, have to get through.
    mount('-t', 'tmpfs', '-o', [`size=${bytes}`, 'mode=0711', ...options].join(), 'tmpfs', folder);
    this.folder = folder;
    this.#bytes = bytes;
  }

  /** Leaves so many bytes free, about. */
  async fill(leaveBytes: number): Promise<void> {
    for (let tries = 0; ; tries++) {
      const { blocks, bfree, bsize } = statfsSync(this.folder);
      try {
        this.#resize((blocks - bfree) * bsize + leaveBytes);
        return;
      } catch (error) {
        // More was written in between.
        if (tries === 20) throw error;
        await sleep(20);
      }
    }
  }

  /** From now on nothing can be written to it; nobody may have a file open for writing. */
  close(): void {
    mount('-o', 'remount,ro', this.folder);
  }

  free(): void {
    this.#resize(this.#bytes);
  }

  #resize(bytes: number): void {
    mount('-o', `remount,size=${bytes}`, this.folder);
  }

  [Symbol.dispose](): void {
    // Lazily: a process that is just ending may have something open.
    execFileSync('umount', ['-l', this.folder], { stdio: 'pipe' });
  }
}

function mount(...args: string[]): void {
  execFileSync('mount', args, { stdio: 'pipe' });
}
