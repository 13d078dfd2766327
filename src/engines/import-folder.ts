import { closeSync, existsSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { discardBrokenStart } from './first-start.ts';
import type { EngineHome } from './home.ts';
import type { HeldLock } from './lock.ts';
import { syncFolder } from './sync-folder.ts';

/** What Neo4j's importer makes of one database. */
const parts = ['databases/neo4j', 'transactions/neo4j'];

/** Where a bulk import is made, beside the live data and on the same disk. It is a Neo4j home of its own. */
export function importFolder(home: EngineHome): string {
  return join(home.neo4j, 'bulk-import');
}

/** Whether the import is whole. */
export function isImportReady(home: EngineHome): boolean {
  return existsSync(join(importFolder(home), 'READY'));
}

/** Whether a whole import waits to be moved. One that was accepted may have been begun anew by whoever came later. */
export function isImportAccepted(home: EngineHome): boolean {
  return isImportReady(home) && existsSync(join(importFolder(home), 'ACCEPTED'));
}

/** Decides that a whole import takes the place of the live database, whatever happens from here on. */
export function acceptImport(home: EngineHome, lock: HeldLock): void {
  lock.check();
  closeSync(openSync(join(importFolder(home), 'ACCEPTED'), 'w', 0o600));
  syncFolder(importFolder(home));
}

/**
 * Moves an accepted import into the place of the live database and discards any other; the server must not run. Every step may be
 * the last before a crash: called again, it goes on from there. What is no longer in the import's folder has been moved already.
 * An import that is whole but was never accepted may be one of a run that others have taken over from: it is rubbish.
 */
export function settleImport(home: EngineHome, lock: HeldLock): void {
  const from = join(importFolder(home), 'data');
  const to = join(home.neo4j, 'data');
  if (isImportAccepted(home)) {
    // Later it could not be told from the import.
    lock.check();
    discardBrokenStart(home);
    for (const part of parts) {
      if (!existsSync(join(from, part))) continue;
      lock.check();
      rmSync(join(to, part), { recursive: true, force: true });
      lock.check();
      mkdirSync(dirname(join(to, part)), { recursive: true });
      renameSync(join(from, part), join(to, part));
      syncFolder(dirname(join(to, part)));
      syncFolder(dirname(join(from, part)));
    }
  }
  lock.check();
  rmSync(importFolder(home), { recursive: true, force: true });
}
