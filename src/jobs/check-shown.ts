import type { Settings } from '../config/settings.ts';
import { BadInputError } from '../errors.ts';
import { type CheckOutcome, checkTables } from '../export/checks.ts';
import { rankings } from '../scoring/ranking/rankings.ts';
import { stepsOf } from './attempt.ts';
import { engines } from './computing/engine-by-name.ts';
import type { Run } from './run.ts';
import { summaryOf } from './run-summary.ts';
import { graphOf, lastPublished } from './runs.ts';
import { withDatabase } from './with-database.ts';

/**
 * Repeats the checks on what is shown. Those that compare it with flags and follows in the graph are skipped once
 * others were ingested.
 *
 * @throws BadInputError if nothing was published yet
 */
export async function checkShown(
  settings: Settings,
  signal: AbortSignal,
): Promise<{ run: Run; checks: CheckOutcome[] }> {
  return withDatabase(settings, signal, async (database) => {
    const run = await lastPublished(database);
    if (!run) throw new BadInputError('Nothing has been published yet: run `kith run --input DIR` first.');
    const { hasLists, ingestedSince } = await graphOf(database, run);
    const graphChangedBy =
      ingestedSince && `can't be judged, since run ${ingestedSince} has changed what the graph knows`;
    const listsChangedBy = hasLists ? undefined : "can't be judged, since the lists in the graph are of another run";
    const checked = {
      ...run,
      ranking: rankings[run.settings.ranking],
      maxRowChangePercent: settings.maxRowChangePercent,
      mayShrink: run.allowed.includes('shrink'),
    };
    const summary = summaryOf(await stepsOf(database, run.id));
    return engines[run.engine].withPopulation({ settings, signal, run, summary }, async (population) => {
      // On one connection, so that they see one run even if the next is published meanwhile.
      const { checks } = await database.until(signal).transaction((client) =>
        checkTables({
          population,
          run: checked,
          of: 'shown',
          sessions: 1,
          graphChangedBy,
          listsChangedBy,
          connect: (work) => work(client),
        }),
      );
      return { run, checks };
    });
  });
}
