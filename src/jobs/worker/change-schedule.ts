import type { Settings } from '../../config/settings.ts';
import { BadInputError } from '../../errors.ts';
import { absoluteLocation } from '../../storage/location.ts';
import { withDatabase } from '../with-database.ts';
import { openJobStore } from './job-store.ts';
import { type KeptSchedule, morningJob, readSchedule, scheduleOf, setSchedule, turnOffSchedule } from './schedule.ts';

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
): Promise<KeptSchedule | undefined> {
  return withDatabase(settings, signal, async (database) => {
    const { lockLifetime, url, schedule, timeZone, inputRoot } = settings.jobs;
    await using store = await openJobStore(url ?? database.url, { lockLifetime, onTrouble: () => undefined });
    const { agenda } = store;
    agenda.define(morningJob, async () => undefined);
    if (change !== 'show') {
      const known = (await readSchedule(agenda)) ?? scheduleOf(settings);
      const { at, timeZone: zone, inputRoot: given } = change === 'off' ? {} : (change as ScheduleChange);
      const root = given ?? known?.inputRoot ?? inputRoot;
      if (root === undefined && change === 'off') return undefined;
      if (root === undefined) throw new BadInputError("Say where the days' folders lie: --input-root DIR.");
      const changed = {
        cron: at ?? known?.cron ?? schedule,
        timeZone: zone ?? known?.timeZone ?? timeZone,
        inputRoot: absoluteLocation(root, 'folder'),
      };
      if (change === 'off') await turnOffSchedule(agenda, changed);
      else await setSchedule(agenda, changed, true);
    }
    return await readSchedule(agenda);
  });
}
