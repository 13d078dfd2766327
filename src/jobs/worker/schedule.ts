import type { Agenda } from 'agenda';
import { CronExpressionParser } from 'cron-parser';
import type { Settings } from '../../config/settings.ts';
import { parseInstant } from '../../ingest/instant.ts';
import { absoluteLocation } from '../../storage/location.ts';

/** The job that queues the day's run. */
export const morningJob = 'kith morning';

/** When a day's run is queued, and on which folder. */
export interface Schedule {
  /** Five cron fields. */
  cron: string;
  timeZone: string;
  /** The folder that holds the days' folders. */
  inputRoot: string;
}

/** A schedule as it is stored with the jobs. */
export interface KeptSchedule extends Schedule {
  /** Whether it was set or turned off by `kith schedule`, not by a worker from its settings. */
  isByHand: boolean;
  isOff: boolean;
  /** When it was set; runs that were due earlier are ignored. */
  since: Date;
  next: Date | undefined;
}

interface MorningData {
  inputRoot: string;
  isByHand: boolean;
  /** ISO 8601. */
  since: string;
}

export async function readSchedule(agenda: Agenda): Promise<KeptSchedule | undefined> {
  const { jobs } = await agenda.queryJobs({ name: morningJob, includeDisabled: true });
  const [job] = jobs;
  if (!job?.repeatInterval) return undefined;
  const { inputRoot, isByHand, since } = job.data as MorningData;
  return {
    cron: String(job.repeatInterval),
    timeZone: job.repeatTimezone ?? 'UTC',
    inputRoot,
    isByHand,
    isOff: job.disabled ?? false,
    since: new Date(since),
    next: job.nextRunAt ?? undefined,
  };
}

/** Replaces the schedule. */
export async function setSchedule(
  agenda: Agenda,
  { cron, timeZone, inputRoot }: Schedule,
  isByHand: boolean,
): Promise<void> {
  const data: MorningData = { inputRoot, isByHand, since: new Date().toISOString() };
  await agenda.every(cron, morningJob, data, { timezone: timeZone, skipImmediate: true });
  await agenda.enable({ name: morningJob });
}

/** Turns the schedule off; it stays off whatever the workers' settings say. */
export async function turnOffSchedule(agenda: Agenda, schedule: Schedule): Promise<void> {
  await setSchedule(agenda, schedule, true);
  await agenda.disable({ name: morningJob });
}

/** Sets the schedule from the settings, unless they have none or it was set by `kith schedule`. */
export async function followSettings(agenda: Agenda, settings: Settings): Promise<void> {
  const wanted = scheduleOf(settings);
  const known = await readSchedule(agenda);
  if (!wanted || known?.isByHand) return;
  const isSame =
    known?.cron === wanted.cron && known.timeZone === wanted.timeZone && known.inputRoot === wanted.inputRoot;
  if (!isSame) await setSchedule(agenda, wanted, false);
}

/** The schedule from the settings; undefined if they don't say where the days' folders are. */
export function scheduleOf({ jobs: { inputRoot, schedule: cron, timeZone } }: Settings): Schedule | undefined {
  if (inputRoot === undefined) return undefined;
  return { cron, timeZone, inputRoot: absoluteLocation(inputRoot, 'folder') };
}

/** When the latest run at or before an instant was due; a machine that was asleep catches up on this one only. */
export function latestDue({ cron, timeZone }: Pick<Schedule, 'cron' | 'timeZone'>, instant: Date): Date {
  // The parser looks for times strictly before the given one, in whole seconds.
  const currentDate = new Date(instant.getTime() + 1000);
  return CronExpressionParser.parse(cron, { tz: timeZone, currentDate }).prev().toDate();
}

/**
 * The folder of the day that an instant falls on in the schedule's time zone, and its as-of: 00:00 UTC of that date.
 */
export function dayOf(
  { timeZone, inputRoot }: Pick<Schedule, 'timeZone' | 'inputRoot'>,
  instant: Date,
): { input: string; asOf: number } {
  const parts = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
  const date = parts.format(instant);
  return {
    input: `${inputRoot.replace(/\/+$/, '')}/${date.replaceAll('-', '')}`,
    asOf: parseInstant(date) as number,
  };
}
