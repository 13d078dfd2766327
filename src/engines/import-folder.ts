import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { EngineHome } from './home.ts';

/** What Neo4j's importer makes of one database. */
const parts = ['databases/neo4j', 'transactions/neo4j'];

/** Where a bulk import is made, beside the live data and on the same disk. It is a Neo4j home of its own. */
export function importFolder(home: EngineHome): string {
  return join(home.neo4j, 'bulk-import');
}

/** Whether a whole import waits to be moved. */
export function isImportReady(home: EngineHome): boolean {
  return existsSync(join(importFolder(home), 'READY'));
}

/**
 * Moves a whole import into the place of the live database and discards a part of one; the server must not run.
 * Every step may be the last before a crash: called again, it goes on from there. What is no longer in the import's
 * folder has been moved already, and without READY what is left there is rubbish.
 */
export function settleImport(home: EngineHome): void {
  const from = join(importFolder(home), 'data');
  const to = join(home.neo4j, 'data');
  if (isImportReady(home)) {
    for (const part of parts) {
      if (!existsSync(join(from, part))) continue;
      rmSync(join(to, part), { recursive: true, force: true });
      mkdirSync(dirname(join(to, part)), { recursive: true });
      renameSync(join(from, part), join(to, part));
      syncFolder(dirname(join(to, part)));
      syncFolder(dirname(join(from, part)));
    }
  }
  rmSync(importFolder(home), { recursive: true, force: true });
}

/** Writes a folder's entries to the disk, so that a later step can't get there before this one. */
function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
