import { BadInputError } from '../errors.ts';
import { isoSeconds } from '../ingest/instant.ts';
import type { Run, RunSettings } from './run.ts';

/** How many seconds before its as-of a run asks for activities other than follows. */
export function reachOf({ weighting, activeDays = 0 }: Pick<RunSettings, 'weighting' | 'activeDays'>): number {
  return Math.max(weighting.windowSeconds, activeDays * 86_400);
}

/** @throws BadInputError if the run reaches back to activities that may be gone */
export function refuseExpired({ asOf, settings }: Pick<Run, 'asOf' | 'settings'>, horizon: number | undefined): void {
  const start = asOf - reachOf(settings);
  if (horizon === undefined || start >= horizon) return;
  throw new BadInputError(
    `A run as of ${isoSeconds(asOf)} counts activities since ${isoSeconds(start)}, but those up to ${isoSeconds(horizon)} have expired ` +
      '(KITH_RETENTION_DAYS): for a run so far back empty the network (`kith reset --yes`), load the history again, and set a longer retention if you ' +
      'want to keep it.',
  );
}
