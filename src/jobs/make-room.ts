import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Settings } from '../config/settings.ts';
import { Accepted } from '../ingest/accepted.ts';
import type { Database } from '../postgres/database.ts';
import { rebuildFolder, runFolder } from './run-context.ts';

/** Where an attempt keeps its staged rows. Each has a folder of its own: a late one would take away what another reads. */
export function workFolder(settings: Settings, { runId, token }: { runId: string; token: bigint }): string {
  return join(runFolder(settings, runId), `work-${token}`);
}

/** The attempt whose folder it is; undefined for whatever else is there. */
function tokenIn(name: string): bigint | undefined {
  const [, token] = /^work-(\d+)$/.exec(name) ?? [];
  return token === undefined ? undefined : BigInt(token);
}

/**
 * Removes from the home what killed attempts and rebuilds have left, which may be as large as the input, and the folders
 * in `$KITH_HOME/runs` (bad rows, scores) of runs that ended long ago, except of the one that is shown. Folders of runs
 * that Postgres doesn't know stay, and so do the runs themselves. Called before a run asks how much space there is, under
 * the network's lock, so no rebuild is under way.
 *
 * @returns of how many old runs
 */
export async function makeRoom(settings: Settings, database: Database): Promise<number> {
  const [next] = await database.query<{ token: string }>('sql/steps/next-token.sql');
  const token = BigInt(next?.token ?? 0);
  const runs = join(settings.home, 'runs');
  const there: string[] = await readdir(runs).catch(() => []);
  for (const run of there)
    for (const name of await readdir(join(runs, run)).catch(() => []))
      if ((tokenIn(name) ?? token) < token) await rm(join(runs, run, name), { recursive: true, force: true });
  new Accepted(settings).removeDrafts(token);
  await rm(rebuildFolder(settings), { recursive: true, force: true });
  const outdated = await database.query<{ id: string }>('sql/runs/outdated.sql', [settings.keepRunsDays]);
  const old = outdated.filter(({ id }) => there.includes(id));
  // One that can't be removed must not end the run; the next run tries again.
  for (const { id } of old) await rm(runFolder(settings, id), { recursive: true, force: true }).catch(() => undefined);
  return old.length;
}
