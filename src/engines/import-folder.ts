import { closeSync, existsSync, lstatSync, mkdirSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { linkedFolder } from '../storage/linked-folder.ts';
import { syncFolder } from '../storage/sync-folder.ts';
import { discardBrokenStart } from './first-start.ts';
import type { EngineHome } from './home.ts';
import type { HeldLock } from './lock.ts';
import { refuseLinksInData } from './neo4j-folders.ts';

/** What Neo4j's importer creates for a database. */
const parts = ['databases/neo4j', 'transactions/neo4j'];

/**
 * Where a bulk import is made, next to the live data and, where {@link canImport}, on the same disk. It is a Neo4j home
 * of its own.
 */
export function importFolder(home: EngineHome): string {
  const data = join(home.neo4j, 'data');
  const isLink = lstatSync(data, { throwIfNoEntry: false })?.isSymbolicLink();
  return isLink ? `${linkedFolder(data)}.import` : join(home.neo4j, 'bulk-import');
}

/** Whether an import can be moved to the live data by renaming it: not where these are a disk of their own. */
export function canImport(home: EngineHome): boolean {
  const deviceOf = (path: string): number => (existsSync(path) ? statSync(path).dev : deviceOf(dirname(path)));
  return deviceOf(dirname(importFolder(home))) === deviceOf(linkedFolder(join(home.neo4j, 'data')));
}

/** Notes that the import is complete, and on the disk. */
export function finishImport(home: EngineHome): void {
  closeSync(openSync(join(importFolder(home), 'READY'), 'w', 0o600));
  syncFolder(importFolder(home));
}

/** Whether the import is complete. */
export function isImportReady(home: EngineHome): boolean {
  return existsSync(join(importFolder(home), 'READY'));
}

/** Whether a complete import is waiting to be moved. An accepted one may have been started again by a later attempt. */
export function isImportAccepted(home: EngineHome): boolean {
  return isImportReady(home) && existsSync(join(importFolder(home), 'ACCEPTED'));
}

/** Decides that a complete import replaces the live database, whatever happens from here on. */
export function acceptImport(home: EngineHome, lock: HeldLock): void {
  lock.check();
  closeSync(openSync(join(importFolder(home), 'ACCEPTED'), 'w', 0o600));
  syncFolder(importFolder(home));
}

/**
 * Moves an accepted import into the place of the live database and discards any other; the server must not be running.
 * After a crash at any point, calling it again continues from there: what is no longer in the import's folder has been
 * moved already. A complete import that was never accepted may belong to a run that others have taken over, so it is
 * discarded.
 */
export function settleImport(home: EngineHome, lock: HeldLock): void {
  const from = join(importFolder(home), 'data');
  const to = join(home.neo4j, 'data');
  if (isImportAccepted(home)) {
    // Later it could not be distinguished from the import.
    lock.check();
    for (const folder of [home.neo4j, importFolder(home)]) refuseLinksInData(folder);
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
