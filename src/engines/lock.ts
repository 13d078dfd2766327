import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import lockfile from 'proper-lockfile';
import { BusyError } from '../errors.ts';
import { codeOf, homeError } from './failure.ts';
import type { EngineHome } from './home.ts';
import { pause } from './waiting.ts';

/** A lock whose holder was killed counts as released after this many milliseconds. */
const stale = 6_000;
/** How often a holder says that it lives, and looks whether the lock is still its own, in milliseconds. */
const update = 1_000;

/** Who may start, stop or move the engines of a home (`engines`), and who imports beside them (`bulk-import`). */
export type LockName = 'engines' | 'bulk-import';

/**
 * A lock as its holder sees it. It can be lost: its folder is removed, or this process stands still for so long (the
 * computer sleeps) that others take it for dead.
 */
export interface HeldLock {
  /** Aborted by the caller's signal, or once the lock is known to be lost. */
  readonly signal: AbortSignal;
  /** Whether the lock is held at this moment. */
  isHeld(): boolean;
  /**
   * To be called right before each change.
   *
   * @throws BusyError if the lock is lost
   */
  check(): void;
}

/**
 * Does the work while no other process that uses the same lock of the same home does any.
 *
 * @param patience seconds to wait for the lock
 * @throws BusyError when the lock was not given up in time, or was lost before the last change
 */
export async function withLock<T>(
  home: EngineHome,
  name: LockName,
  work: (lock: HeldLock) => Promise<T>,
  { signal, patience = 600 }: { signal?: AbortSignal; patience?: number } = {},
): Promise<T> {
  const file = join(home.root, name);
  const folder = `${file}.lock`;
  const lost = new AbortController();
  const lose = () =>
    lost.abort(
      new BusyError(
        `The lock ${folder} was lost while the engines of ${home.root} were being worked on: it was removed, or this process ` +
          `stood still for more than ${stale / 1000} s. Another process may have taken over: see \`kith status\`, then try again.`,
      ),
    );
  const noticed = new AbortController();
  const release = await acquire(home, file, { signal, patience }, () => {
    lose();
    noticed.abort();
  });
  const own = identityOf(folder);
  const lock: HeldLock = {
    signal: signal ? AbortSignal.any([signal, lost.signal]) : lost.signal,
    isHeld: () => {
      if (own === undefined || identityOf(folder) !== own) lose();
      return !lost.signal.aborted;
    },
    check: () => {
      if (!lock.isHeld()) throw lost.signal.reason;
    },
  };
  try {
    lock.check();
    return await work(lock);
  } finally {
    if (lock.isHeld()) await release().catch(() => undefined);
    // Until proper-lockfile has noticed for itself, it would remove another's lock when this process ends.
    else await sleep(3 * update, undefined, { signal: noticed.signal }).catch(() => undefined);
  }
}

async function acquire(
  home: EngineHome,
  file: string,
  { signal, patience }: { signal?: AbortSignal; patience: number },
  onCompromised: () => void,
): Promise<() => Promise<void>> {
  const end = performance.now() + patience * 1000;
  for (;;)
    try {
      return await lockfile.lock(file, { realpath: false, stale, update, onCompromised });
    } catch (error) {
      if (codeOf(error) !== 'ELOCKED') throw homeError(home, error);
      if (performance.now() > end)
        throw new BusyError(
          `Another process has been starting or stopping the engines of ${home.root} for ${patience} s: wait until it is done, then try again.`,
        );
      await pause(150, signal);
    }
}

/** What tells a lock's folder from one that was made later, even if that got the same inode. */
function identityOf(folder: string): string | undefined {
  const { ino, birthtimeNs } = statSync(folder, { bigint: true, throwIfNoEntry: false }) ?? {};
  return ino === undefined ? undefined : `${ino} ${birthtimeNs}`;
}

/** Whether a living process holds the lock. */
export async function isLocked(home: EngineHome, name: LockName): Promise<boolean> {
  return lockfile.check(join(home.root, name), { realpath: false, stale });
}
