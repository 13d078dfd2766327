import type { Settings } from '../config/settings.ts';
import { BadInputError } from '../errors.ts';
import { refuseIncomplete } from '../jobs/computing/engine.ts';
import type { RunFacts, ScoresPlace } from '../jobs/run.ts';
import { lastPublished, listsOf } from '../jobs/runs.ts';
import { withDatabase } from '../jobs/with-database.ts';
import type { Database } from '../postgres/database.ts';

/** The run that applications read; users are shown by its as-of and settings. */
export interface ShownRun {
  run: RunFacts;
  /** Where its list of scores came from. */
  scores?: ScoresPlace;
  /** Whether the lists in the graph are those that it published. */
  isGraphOfRun: boolean;
  /** Why they are not, as a clause. */
  whyNot?: string;
}

/**
 * The published run, for what needs a graph; its lists may be another run's.
 *
 * @throws BadInputError if nothing was published yet, or the graph lacks some of what was accepted
 */
export async function shownRun(settings: Settings, signal?: AbortSignal): Promise<ShownRun> {
  const shown = await withDatabase(settings, signal, findShown);
  refuseIncomplete(settings, 'neo4j');
  return shown;
}

/** @throws BadInputError if nothing was published yet */
export async function findShown(database: Database): Promise<ShownRun> {
  const run = await lastPublished(database);
  if (!run)
    throw new BadInputError(
      'Nothing has been published yet, so there is nothing to show: run `kith run --input DIR` first.',
    );
  const { id, asOf, startedAt, settings } = run;
  const facts = { run: { id, asOf, startedAt, settings }, scores: run.scores };
  if (run.engine === 'spark') return { ...facts, isGraphOfRun: false, whyNot: 'Spark computed the run' };
  const { areThere, whyNot } = await listsOf(database, run);
  return { ...facts, isGraphOfRun: areThere, whyNot };
}
