import type { Settings } from '../config/settings.ts';
import { queueFigures } from '../jobs/runs.ts';
import { changeSchedule } from '../jobs/worker/change-schedule.ts';
import type { Database } from '../postgres/database.ts';

/** Seconds: what is known of the schedule and the queue is asked again after so many. */
const askEvery = 30;
/** An answer is kept for no longer than this, so that a run by hand is seen within the hour. */
const atMost = 3600;
const atLeast = 30;

/**
 * For how many seconds answers may be kept: until the next run is due, at most an hour; half a minute while one is
 * queued or under way, and where none is scheduled.
 */
export function freshness(settings: Settings, database: Database, signal: AbortSignal): () => Promise<number> {
  let known: Promise<Date | undefined> | undefined;
  let askedAt = Number.NEGATIVE_INFINITY;
  return async () => {
    if (performance.now() - askedAt > askEvery * 1000) {
      askedAt = performance.now();
      known = nextRun(settings, database, signal).catch(() => undefined);
    }
    const next = await known;
    if (!next) return atLeast;
    return Math.min(atMost, Math.max(atLeast, Math.floor((next.getTime() - Date.now()) / 1000)));
  };
}

/** When the next scheduled run is due; undefined if one is at work, or none is scheduled. */
async function nextRun(settings: Settings, database: Database, signal: AbortSignal): Promise<Date | undefined> {
  const { queued, running } = await queueFigures(database);
  if (queued + running > 0) return undefined;
  const schedule = await changeSchedule(settings, 'show', signal);
  return schedule?.isOff ? undefined : schedule?.next.at;
}
