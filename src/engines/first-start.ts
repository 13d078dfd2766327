import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { replaceFile } from '../storage/private-file.ts';
import { syncFolder } from '../storage/sync-folder.ts';
import type { EngineHome } from './home.ts';
import { refuseLinksInData } from './neo4j-folders.ts';

/*
 * Neo4j creates its databases at its first start. If it is killed after creating the store's files but before the
 * transaction log, it refuses to start from then on: "Transaction logs are missing and recovery is not possible". So
 * whatever was created by a start that never answered is removed before the next one.
 */

const databases = ['system', 'neo4j'] as const;

const noteShape = z.array(z.enum(databases));

/** Called before a start, while the server isn't running: notes which databases it will create. */
export function noteFirstStart(home: EngineHome): void {
  discardBrokenStart(home);
  const missing = databases.filter((name) => !existsSync(join(home.neo4j, 'data', 'databases', name)));
  if (missing.length === 0) return;
  replaceFile(noteOf(home), JSON.stringify(missing));
  syncFolder(home.neo4j);
}

/** Called once the server answers: what it has created is complete and may be written to. */
export function forgetFirstStart(home: EngineHome): void {
  if (existsSync(noteOf(home))) rmSync(noteOf(home), { force: true });
}

/** Removes the databases of a start that never answered; the server must not be running. */
export function discardBrokenStart(home: EngineHome): void {
  if (!existsSync(noteOf(home))) return;
  refuseLinksInData(home.neo4j);
  for (const name of namesIn(readFileSync(noteOf(home), 'utf8')))
    for (const kind of ['databases', 'transactions'])
      rmSync(join(home.neo4j, 'data', kind, name), { recursive: true, force: true });
  rmSync(noteOf(home));
  // Before anything is moved to where they were.
  syncFolder(home.neo4j);
}

/**
 * The databases that a note names. One that is damaged names none: rather a store that can't be opened, which the start
 * tells, than data removed by mistake.
 */
function namesIn(note: string): readonly (typeof databases)[number][] {
  try {
    return noteShape.parse(JSON.parse(note));
  } catch {
    return [];
  }
}

function noteOf(home: EngineHome): string {
  return join(home.neo4j, 'first-start.json');
}
