import type { ComputingEngine, RankingName, Settings } from '../../config/settings.ts';
import { BadInputError } from '../../errors.ts';
import type { Database } from '../../postgres/database.ts';
import { absoluteLocation } from '../../storage/location.ts';
import { currentTime } from '../runs.ts';
import { withNetwork } from '../with-database.ts';
import { openJobStore } from './job-store.ts';
import {
  type Due,
  type KeptSchedule,
  morningJob,
  nextDue,
  readSchedule,
  scheduleOf,
  setSchedule,
  soundSchedule,
  turnOffSchedule,
} from './schedule.ts';

/** The parts of a schedule to change; the others keep their values, or else come from the settings. */
export interface ScheduleChange {
  at?: string;
  timeZone?: string;
  inputRoot?: string;
  ranking?: RankingName;
  engine?: ComputingEngine;
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
): Promise<(KeptSchedule & { next: Due }) | undefined> {
  return withNetwork(settings, signal, async (database) => {
    const { schedule, timeZone, inputRoot } = settings.jobs;
    await using store = await openStore(settings, database);
    const { agenda } = store;
    if (change !== 'show') {
      const known = (await soundSchedule(agenda)) ?? scheduleOf(settings);
      const {
        at,
        timeZone: zone,
        inputRoot: given,
        ranking,
        engine,
      } = change === 'off' ? {} : (change as ScheduleChange);
      const root = given ?? known?.inputRoot ?? inputRoot;
      if (root === undefined && change === 'off') return undefined;
      if (root === undefined)
        throw new BadInputError("Give the folder that holds the days' folders: --input-root DIR.");
      const changed = {
        cron: at ?? known?.cron ?? schedule,
        timeZone: zone ?? known?.timeZone ?? timeZone,
        inputRoot: absoluteLocation(root, 'folder'),
        ranking: ranking ?? known?.ranking,
        engine: engine ?? known?.engine,
      };
      const now = await currentTime(database);
      if (change === 'off') await turnOffSchedule(agenda, changed, now);
      else await setSchedule(agenda, changed, true, now);
    }
    const kept = await readSchedule(agenda);
    return kept && { ...kept, next: nextDue(kept, await currentTime(database)) };
  });
}

/** After a reset the day's run does not come again by itself: the schedule goes on with the next one. */
export async function skipMorning(settings: Settings, database: Database): Promise<void> {
  await using store = await openStore(settings, database);
  const schedule = await soundSchedule(store.agenda);
  if (schedule && !schedule.isOff)
    await setSchedule(store.agenda, schedule, schedule.isByHand, await currentTime(database));
}

async function openStore({ jobs: { lockLifetime, url } }: Settings, database: Database) {
  const store = await openJobStore(url ?? database.url, { lockLifetime, onTrouble: () => undefined });
  store.agenda.define(morningJob, async () => undefined);
  return store;
}
