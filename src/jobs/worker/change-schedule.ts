import type { Settings } from '../../config/settings.ts';
import { BadInputError } from '../../errors.ts';
import { absoluteLocation } from '../../storage/location.ts';
import { withDatabase } from '../with-database.ts';
import { openJobStore } from './job-store.ts';
import { type KeptSchedule, morningJob, readSchedule, scheduleOf, setSchedule, turnOffSchedule } from './schedule.ts';

/** The parts of a schedule to change; the others keep their values, or else come from the settings. */
export interface ScheduleChange {
  at?: string;
  timeZone?: string;
  inputRoot?: string;
}

/**
 * Shows the schedule, changes it or turns it off.
 *
 * @returns the resulting schedule
 * @throws BadInputError if it is not known where the days' folders are
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
      if (root === undefined)
        throw new BadInputError("Give the folder that holds the days' folders: --input-root DIR.");
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
