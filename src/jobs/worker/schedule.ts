import type { Agenda } from 'agenda';
import { CronExpressionParser } from 'cron-parser';
import type { Settings } from '../../config/settings.ts';
import { parseInstant } from '../../ingest/instant.ts';
import { absoluteLocation } from '../../storage/location.ts';

/** The job that queues the day's run. */
export const morningJob = 'kith morning';

/** When a day's run is queued, and on what. */
export interface Schedule {
  /** Five fields of cron. */
  cron: string;
  timeZone: string;
  /** The folder of the days' folders. */
  inputRoot: string;
}

/** A schedule as it is kept with the jobs. */
export interface KeptSchedule extends Schedule {
  /** Whether a person has set it or turned it off, rather than a worker from its settings. */
  isByHand: boolean;
  isOff: boolean;
  /** When it was set: what was due before is none of its business. */
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

/** Turns the schedule off, so that it stays off whatever the settings of workers say. */
export async function turnOffSchedule(agenda: Agenda, schedule: Schedule): Promise<void> {
  await setSchedule(agenda, schedule, true);
  await agenda.disable({ name: morningJob });
}

/** Makes the schedule that of the settings, unless they name none or a person has set it. */
export async function followSettings(agenda: Agenda, settings: Settings): Promise<void> {
  const wanted = scheduleOf(settings);
  const known = await readSchedule(agenda);
  if (!wanted || known?.isByHand) return;
  const isSame =
    known?.cron === wanted.cron && known.timeZone === wanted.timeZone && known.inputRoot === wanted.inputRoot;
  if (!isSame) await setSchedule(agenda, wanted, false);
}

/** The schedule of the settings; undefined unless they say where the days' folders lie. */
export function scheduleOf({ jobs: { inputRoot, schedule: cron, timeZone } }: Settings): Schedule | undefined {
  if (inputRoot === undefined) return undefined;
  return { cron, timeZone, inputRoot: absoluteLocation(inputRoot, 'folder') };
}

/** When the latest run was due at an instant, that one included: a machine that slept wakes up to it, once. */
export function latestDue({ cron, timeZone }: Pick<Schedule, 'cron' | 'timeZone'>, instant: Date): Date {
  // The parser looks for times before its own, by the second.
  const currentDate = new Date(instant.getTime() + 1000);
  return CronExpressionParser.parse(cron, { tz: timeZone, currentDate }).prev().toDate();
}

/** The folder of the day that an instant falls on in the schedule's time zone, and its as-of: 00:00 UTC of that date. */
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
