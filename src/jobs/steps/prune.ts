import { rm } from 'node:fs/promises';
import type { Report } from '../../progress.ts';
import { outdatedRuns } from '../make-room.ts';
import { type RunContext, runFolder } from '../run-context.ts';

/**
 * Removes what runs have left in `$KITH_HOME/runs` (bad rows, scores) that ended long ago, except that of the run that
 * is shown. Folders of runs that Postgres does not know stay, and so do the runs themselves.
 */
export async function prune({ database, settings, signal, summary }: RunContext, report: Report): Promise<void> {
  const old = await outdatedRuns(settings, database);
  const before = summary.pruned ?? 0;
  for (const [done, id] of old.entries()) {
    if (signal.aborted) break;
    await rm(runFolder(settings, id), { recursive: true, force: true });
    summary.pruned = before + done + 1;
    report({ doing: 'removing', share: (done + 1) / old.length, count: done + 1, unit: 'folders' });
  }
}
