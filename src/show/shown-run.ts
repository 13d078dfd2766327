import type { Settings } from '../config/settings.ts';
import { BadInputError } from '../errors.ts';
import { refuseIncomplete } from '../jobs/computing/engine.ts';
import type { RunFacts, ScoresPlace } from '../jobs/run.ts';
import { graphOf, lastPublished } from '../jobs/runs.ts';
import { withDatabase } from '../jobs/with-database.ts';
import type { Database } from '../postgres/database.ts';

/** The run that applications read; users are shown by its as-of and settings. */
export interface ShownRun {
  run: RunFacts;
  /** Where its list of scores came from. */
  scores?: ScoresPlace;
  /** Whether what is in the graph is what it published. */
  isGraphOfRun: boolean;
  /** Why it is not, as a clause. */
  whyNot?: string;
  /** If it has filtered by scores: why those in the graph are not its own, as a clause. */
  whyNoScores?: string;
}

/**
 * The published run, for what needs a graph; what that has may be another run's.
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
  const graph = await graphOf(database, run);
  const whyNot = run.engine === 'spark' ? 'Spark computed the run' : graph.whyNot;
  return { ...facts, isGraphOfRun: whyNot === undefined, whyNot, whyNoScores: graph.whyNoScores };
}
