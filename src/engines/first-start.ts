import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type EngineHome, replaceFile } from './home.ts';
import { syncFolder } from './sync-folder.ts';

/*
 * Neo4j makes its databases when it starts for the first time. Killed between the moments at which the store's files and its transaction
 * log are there, it refuses ever after to start: "Transaction logs are missing and recovery is not possible". So whatever a start makes
 * that never came to answer is removed before the next one.
 */

const databases = ['system', 'neo4j'] as const;

/** Called before a start, while the server doesn't run: notes which databases it will make. */
export function noteFirstStart(home: EngineHome): void {
  discardBrokenStart(home);
  const missing = databases.filter((name) => !existsSync(join(home.neo4j, 'data', 'databases', name)));
  if (missing.length === 0) return;
  replaceFile(noteOf(home), JSON.stringify(missing));
  syncFolder(home.neo4j);
}

/** Called once the server answers: what it has made is whole, and somebody may write to it. */
export function forgetFirstStart(home: EngineHome): void {
  if (existsSync(noteOf(home))) rmSync(noteOf(home), { force: true });
}

/** Removes the databases of a start that never came to answer; the server must not run. */
export function discardBrokenStart(home: EngineHome): void {
  if (!existsSync(noteOf(home))) return;
  for (const name of JSON.parse(readFileSync(noteOf(home), 'utf8')) as string[])
    for (const kind of ['databases', 'transactions'])
      rmSync(join(home.neo4j, 'data', kind, name), { recursive: true, force: true });
  rmSync(noteOf(home));
  // Before anything is moved into the place of what is gone.
  syncFolder(home.neo4j);
}

function noteOf(home: EngineHome): string {
  return join(home.neo4j, 'first-start.json');
}
