import type { Settings } from '../config/settings.ts';
import { BadInputError } from '../errors.ts';
import { refuseIncomplete } from '../jobs/engines/engine.ts';
import type { RunFacts } from '../jobs/run.ts';
import { lastPublished, runInGraph } from '../jobs/runs.ts';
import { withDatabase } from '../jobs/with-database.ts';
import type { Database } from '../postgres/database.ts';
import { rankings } from '../scoring/ranking/rankings.ts';

/**
 * The run that applications read; users are shown by its as-of and settings.
 *
 * @returns the run, and whether the graph's closest connections are still those that it published
 * @throws BadInputError if nothing was published yet
 */
export async function shownRun(
  settings: Settings,
  signal?: AbortSignal,
): Promise<{ run: RunFacts; isGraphOfRun: boolean }> {
  return withDatabase(settings, signal, (database) => shownRunOf(settings, database));
}

/** The same for whoever has the database open. */
export async function shownRunOf(
  settings: Settings,
  database: Database,
): Promise<{ run: RunFacts; isGraphOfRun: boolean }> {
  const run = await lastPublished(database);
  if (!run)
    throw new BadInputError(
      'Nothing has been published yet, so there is nothing to show: run `kith run --input DIR` first.',
    );
  refuseIncomplete(settings, 'neo4j');
  const [rebuilt] = await database.query('sql/runs/rebuilt.sql');
  if (rebuilt)
    throw new BadInputError(
      'The graph was rebuilt and has no closest connections yet: do the next run first (`kith run --input DIR`), or compute them by `kith closest`.',
    );
  const inGraph = await runInGraph(database);
  const { ranking } = run.settings;
  // Of another ranking the graph would know nothing, and of a half computed one the wrong.
  if (rankings[ranking].carried && inGraph?.run.settings.ranking !== ranking)
    throw new BadInputError(
      `Run ${run.id}, which is published, was ranked by ${ranking}, but the graph holds the lists of another run, or of one under way: wait for that, or do a run.`,
    );
  const { id, asOf, startedAt, settings: ofRun } = run;
  return { run: { id, asOf, startedAt, settings: ofRun }, isGraphOfRun: inGraph?.run.id === run.id };
}
