import type { Settings } from '../config/settings.ts';
import { BadInputError } from '../errors.ts';
import { absoluteLocation } from '../storage/location.ts';
import { openJobStore } from './job-store.ts';
import { morningJob, readSchedule, type Schedule, scheduleOf, setSchedule } from './schedule.ts';
import { withDatabase } from './with-database.ts';

/** What a person gives of a schedule; the rest stays as it is, or is that of the settings. */
export interface ScheduleChange {
  at?: string;
  timeZone?: string;
  inputRoot?: string;
}

/**
 * Shows the schedule, sets it or takes it away.
 *
 * @returns the schedule as it is then
 * @throws BadInputError if nothing says where the days' folders lie
 */
export async function changeSchedule(
  settings: Settings,
  change: ScheduleChange | 'show' | 'off',
  signal: AbortSignal,
): Promise<(Schedule & { next: Date | undefined }) | undefined> {
  return withDatabase(settings, signal, async (database) => {
    const { lockLifetime, url, schedule, timeZone, inputRoot } = settings.jobs;
    await using store = await openJobStore(url ?? database.url, { lockLifetime, onTrouble: () => undefined });
    store.agenda.define(morningJob, async () => undefined);
    if (change === 'off') await store.agenda.cancel({ name: morningJob });
    else if (change !== 'show') {
      const known = (await readSchedule(store.agenda)) ?? scheduleOf(settings);
      const root = change.inputRoot ?? known?.inputRoot ?? inputRoot;
      if (root === undefined) throw new BadInputError("Say where the days' folders lie: --input-root DIR.");
      await setSchedule(store.agenda, {
        cron: change.at ?? known?.cron ?? schedule,
        timeZone: change.timeZone ?? known?.timeZone ?? timeZone,
        inputRoot: absoluteLocation(root, 'folder'),
      });
    }
    return await readSchedule(store.agenda);
  });
}
