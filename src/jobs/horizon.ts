import { BadInputError } from '../errors.ts';
import { isoSeconds } from '../ingest/instant.ts';
import type { Run } from './run.ts';

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
