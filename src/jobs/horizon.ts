import { hasGraphStore } from '../engines/graph-store.ts';
import { BadInputError } from '../errors.ts';
import { horizonOf } from '../graph/expire.ts';
import { isoSeconds } from '../ingest/instant.ts';
import type { Run } from './run.ts';
import { type GraphContext, withGraph } from './run-context.ts';

/**
 * How far back the graph is complete, in epoch seconds; undefined if it lacks nothing. With an attempt the graph is
 * closed to earlier ones first: a late one can't raise the horizon any more.
 */
export async function readHorizon(context: GraphContext): Promise<number | undefined> {
  if (!context.settings.neo4j && !hasGraphStore(context.settings)) return undefined;
  return withGraph(context, horizonOf);
}

/** @throws BadInputError if the run's window reaches back to activities that may be gone */
export function refuseExpired(
  { asOf, settings: { weighting } }: Pick<Run, 'asOf' | 'settings'>,
  horizon: number | undefined,
): void {
  const start = asOf - weighting.windowSeconds;
  if (horizon === undefined || start >= horizon) return;
  throw new BadInputError(
    `A run as of ${isoSeconds(asOf)} counts activities since ${isoSeconds(start)}, but those up to ${isoSeconds(horizon)} have expired ` +
      '(KITH_RETENTION_DAYS): for a run so far back empty the network (`kith reset --yes`), load the history again, and set a longer retention if you ' +
      'want to keep it.',
  );
}
