import type { Settings } from '../config/settings.ts';
import { BadInputError } from '../errors.ts';
import type { RunFacts } from '../jobs/run.ts';
import { lastPublished, runInGraph } from '../jobs/runs.ts';
import { withDatabase } from '../jobs/with-database.ts';

/**
 * The run that applications read: its as-of and settings are those by which a user is shown.
 *
 * @returns the run, and whether the graph's closest connections are still those that it published
 * @throws BadInputError if nothing was published yet
 */
export async function shownRun(
  settings: Settings,
  signal?: AbortSignal,
): Promise<{ run: RunFacts; isGraphOfRun: boolean }> {
  return withDatabase(settings, signal, async (database) => {
    const run = await lastPublished(database);
    if (!run)
      throw new BadInputError(
        'Nothing was published yet, so there is nothing to show: `kith run --input DIR` does that.',
      );
    const inGraph = await runInGraph(database);
    const { id, asOf, startedAt, settings: ofRun } = run;
    return { run: { id, asOf, startedAt, settings: ofRun }, isGraphOfRun: inGraph?.run.id === run.id };
  });
}
