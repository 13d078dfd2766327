import type { Agenda } from 'agenda';
import type { Settings } from '../../config/settings.ts';
import type { Database } from '../../postgres/database.ts';
import { runSettings, scoresOf } from '../run-options.ts';
import { currentTime, enqueueRuns } from '../runs.ts';
import { dayOf, latestDue, readSchedule } from './schedule.ts';

/**
 * Queues the latest run that was due by Postgres' clock, unless it has been queued before. So it may be called at any
 * time, by any number of workers, also after a night that the machine slept through.
 *
 * @returns the run that was queued, if any
 */
export async function queueMorning(
  agenda: Agenda,
  database: Database,
  settings: Settings,
): Promise<{ id: string; input: string } | undefined> {
  const schedule = await readSchedule(agenda);
  if (!schedule || schedule.isOff) return undefined;
  const due = latestDue(schedule, await currentTime(database));
  if (due.at < schedule.since) return undefined;
  const { input, asOf } = dayOf(schedule, due);
  const { ranking = settings.ranking, engine = settings.engine } = schedule;
  const scores = scoresOf(settings, {});
  const { excludeLaterFollows = true } = settings;
  const ofRun = runSettings({ ...settings, ranking, excludeLaterFollows }, scores);
  const wanted = { input, asOf, scores, engine, settings: ofRun, dueAt: due.at };
  const [id] = await enqueueRuns(database, [wanted]);
  return id === undefined ? undefined : { id, input };
}
