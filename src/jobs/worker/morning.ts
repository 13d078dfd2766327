import type { Agenda } from 'agenda';
import type { Settings } from '../../config/settings.ts';
import type { Database } from '../../postgres/database.ts';
import { runSettings, scoresOf } from '../run-options.ts';
import { enqueueRuns } from '../runs.ts';
import { dayOf, latestDue, readSchedule } from './schedule.ts';

/**
 * Queues the latest run that was due, once. Agenda calls this when a run is due, or when a machine that was asleep
 * wakes up; if the call fails, Agenda does not call again before the next day.
 *
 * @param latest the most milliseconds that may have passed since the run was due
 * @returns the run that was queued, if any
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
