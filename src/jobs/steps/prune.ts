import { readdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Report } from '../../progress.ts';
import { type RunContext, runFolder } from '../run-context.ts';

/**
 * Removes what runs have left in `$KITH_HOME/runs` (bad rows, scores) that ended long ago, except that of the run that
 * is shown. Folders of runs that Postgres does not know stay, and so do the runs themselves.
 */
export async function prune({ database, settings, run, signal, summary }: RunContext, report: Report): Promise<void> {
  const there = new Set(await readdir(dirname(runFolder(settings, run.id))).catch(() => []));
  const outdated = await database.query<{ id: string }>('sql/runs/outdated.sql', [settings.keepRunsDays]);
  const old = outdated.map(({ id }) => id).filter((id) => there.has(id));
  for (const [done, id] of old.entries()) {
    if (signal.aborted) break;
    await rm(runFolder(settings, id), { recursive: true, force: true });
    summary.pruned = done + 1;
    report({ doing: 'removing', share: summary.pruned / old.length, count: summary.pruned, unit: 'folders' });
  }
}
