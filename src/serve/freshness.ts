import type { Agenda } from 'agenda';
import { queueFigures } from '../jobs/runs.ts';
import { nextScheduled } from '../jobs/worker/schedule.ts';
import type { Database } from '../postgres/database.ts';

/** Seconds: what is known of the schedule and the queue is asked again after so many. */
const askEvery = 30;
/** An answer is kept for no longer than this, so that a run by hand is seen within the hour. */
const atMost = 3600;
const atLeast = 30;

/**
 * For how many seconds answers may be kept: until the next run is due, at most an hour; half a minute while one is
 * queued or under way, and where none is scheduled or the job store, which has the schedule, could not be opened.
 */
export function freshness(database: Database, agenda: Agenda | undefined): () => Promise<number> {
  let known: Promise<Date | undefined> | undefined;
  let askedAt = Number.NEGATIVE_INFINITY;
  return async () => {
    if (performance.now() - askedAt > askEvery * 1000) {
      askedAt = performance.now();
      known = agenda && nextRun(database, agenda).catch(() => undefined);
    }
    const next = await known;
    if (!next) return atLeast;
    return Math.min(atMost, Math.max(atLeast, Math.floor((next.getTime() - Date.now()) / 1000)));
  };
}

/** When the next scheduled run is due; undefined if one is at work, or none is scheduled. */
async function nextRun(database: Database, agenda: Agenda): Promise<Date | undefined> {
  const { queued, running } = await queueFigures(database);
  return queued + running > 0 ? undefined : (await nextScheduled(agenda))?.at;
}
