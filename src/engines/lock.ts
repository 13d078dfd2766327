import { join } from 'node:path';
import lockfile from 'proper-lockfile';
import { BusyError } from '../errors.ts';
import { codeOf, homeError } from './failure.ts';
import type { EngineHome } from './home.ts';
import { pause } from './waiting.ts';

/** A lock whose holder was killed counts as released after this many milliseconds. */
const stale = 6_000;

/** Who may start, stop or move the engines of a home (`engines`), and who imports beside them (`bulk-import`). */
export type LockName = 'engines' | 'bulk-import';

/**
 * Does the work while no other process that uses the same lock of the same home does any.
 *
 * @param patience seconds to wait for the lock
 * @throws BusyError when the lock was not given up in time, or was lost while working (the computer slept)
 */
export async function withLock<T>(
  home: EngineHome,
  name: LockName,
  work: () => Promise<T>,
  { signal, patience = 600 }: { signal?: AbortSignal; patience?: number } = {},
): Promise<T> {
  const end = performance.now() + patience * 1000;
  let lost: Error | undefined;
  let release: (() => Promise<void>) | undefined;
  while (!release) {
    try {
      release = await lockfile.lock(join(home.root, name), {
        realpath: false,
        stale,
        update: 1_000,
        onCompromised: (error) => {
          lost = error;
        },
      });
    } catch (error) {
      if (codeOf(error) !== 'ELOCKED') throw homeError(home, error);
      if (performance.now() > end)
        throw new BusyError(
          `Another process has been starting or stopping the engines of ${home.root} for ${patience} s: let it end and try again.`,
        );
      await pause(150, signal);
    }
  }
  try {
    return await work();
  } finally {
    // Once it is lost, there is nothing of ours to release.
    if (!lost) await release().catch(() => undefined);
  }
}

/** Whether a living process holds the lock. */
export async function isLocked(home: EngineHome, name: LockName): Promise<boolean> {
  return lockfile.check(join(home.root, name), { realpath: false, stale });
}
