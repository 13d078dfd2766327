import type { Agenda } from 'agenda';
import type { Settings } from '../../config/settings.ts';
import type { Database } from '../../postgres/database.ts';
import { runSettings, scoresOf } from '../run-options.ts';
import { enqueueRuns } from '../runs.ts';
import { dayOf, latestDue, readSchedule } from './schedule.ts';

/**
 * Queues the latest run that was due, once. Agenda calls when it is due, or when a machine wakes that slept over it, but if that fails not
 * again before tomorrow.
 *
 * @param latest milliseconds since it was due, at most
 * @returns the run that was queued, if one was
 */
export async function queueMorning(
  agenda: Agenda,
  database: Database,
  settings: Settings,
  latest: number,
): Promise<{ id: string; input: string } | undefined> {
  const schedule = await readSchedule(agenda);
  if (!schedule || schedule.isOff) return undefined;
  const dueAt = latestDue(schedule, new Date());
  if (dueAt < schedule.since || Date.now() - dueAt.getTime() > latest) return undefined;
  const { input, asOf } = dayOf(schedule, dueAt);
  const scores = scoresOf(settings, {});
  const wanted = { input, asOf, scores, settings: runSettings(settings, scores), dueAt };
  const [id] = await enqueueRuns(database, [wanted]);
  return id === undefined ? undefined : { id, input };
}
