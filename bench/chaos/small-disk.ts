import { execFileSync } from 'node:child_process';
import { mkdirSync, statfsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const size = 6 * 2 ** 30;

/** A file system in memory, whose size can be set to what is on it; it takes no more memory than that. */
export class SmallDisk implements Disposable {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** @returns undefined where this user can't mount one */
  static mount(folder: string): SmallDisk | undefined {
    mkdirSync(folder, { recursive: true });
    try {
      // Postgres, which runs as another user where this one is root, has to get through.
      mount('-t', 'tmpfs', '-o', `size=${size},mode=0711`, 'tmpfs', folder);
      return new SmallDisk(folder);
    } catch {
      return undefined;
    }
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

  free(): void {
    this.#resize(size);
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
