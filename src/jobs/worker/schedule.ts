import type { Agenda } from 'agenda';
import { type CronExpression, CronExpressionParser } from 'cron-parser';
import type { ComputingEngine, RankingName, Settings } from '../../config/settings.ts';
import { BadInputError, messageOf } from '../../errors.ts';
import { parseInstant } from '../../ingest/instant.ts';
import { absoluteLocation } from '../../storage/location.ts';
import { WallClock } from './wall-clock.ts';

/** The job that queues the day's run. */
export const morningJob = 'kith morning';

/** When a day's run is queued, and on which folder. */
export interface Schedule {
  /** Five cron fields. */
  cron: string;
  timeZone: string;
  /** The folder that holds the days' folders. */
  inputRoot: string;
  /** How its runs are ranked; undefined: by the worker's settings. */
  ranking?: RankingName;
  /** What computes its runs; undefined: what the worker's settings say. */
  engine?: ComputingEngine;
}

/** Milliseconds by which clocks are put back at most. */
const longestRepeat = 3 * 3_600_000;

/** Cron fields of what is due in every hour, so also in each of two that the clock calls the same. */
const everyHour = /^\s*\S+\s+\*(\/1)?\s/;

type Rule = Pick<Schedule, 'cron' | 'timeZone'>;

/** A schedule as it is stored with the jobs. */
export interface KeptSchedule extends Schedule {
  /** Whether it was set or turned off by `kith schedule`, not by a worker from its settings. */
  isByHand: boolean;
  isOff: boolean;
  /** When it was set; runs that were due earlier are ignored. */
  since: Date;
}

interface MorningData extends Pick<Schedule, 'inputRoot' | 'ranking' | 'engine'> {
  isByHand: boolean;
  /** ISO 8601. */
  since: string;
}

/** @throws BadInputError if somebody has changed the job, and it is no schedule any more */
export async function readSchedule(agenda: Agenda): Promise<KeptSchedule | undefined> {
  const { jobs } = await agenda.queryJobs({ name: morningJob, includeDisabled: true });
  const [job] = jobs;
  if (!job?.repeatInterval) return undefined;
  const { inputRoot, ranking, engine, isByHand, since } = (job.data ?? {}) as MorningData;
  const schedule = {
    cron: String(job.repeatInterval),
    timeZone: job.repeatTimezone ?? 'UTC',
    inputRoot,
    // MongoDB keeps null for what is undefined.
    ranking: ranking ?? undefined,
    engine: engine ?? undefined,
    isByHand,
    isOff: job.disabled ?? false,
    since: new Date(since),
  };
  try {
    dayOf(schedule, nextDue(schedule, schedule.since));
    return schedule;
  } catch (error) {
    throw new BadInputError(
      `The job "${morningJob}" is no schedule any more (${messageOf(error)}): set it again, kith schedule --input-root DIR --at CRON.`,
      { cause: error },
    );
  }
}

/** The schedule as it is now, unless it is none any more. */
export async function soundSchedule(agenda: Agenda): Promise<KeptSchedule | undefined> {
  return readSchedule(agenda).catch((error) => {
    if (error instanceof BadInputError) return undefined;
    throw error;
  });
}

/**
 * Replaces the schedule.
 *
 * @param since what was due before it is ignored; by Postgres' clock
 */
export async function setSchedule(
  agenda: Agenda,
  { cron, timeZone, inputRoot, ranking, engine }: Schedule,
  isByHand: boolean,
  since: Date,
): Promise<void> {
  const data: MorningData = { inputRoot, ranking, engine, isByHand, since: since.toISOString() };
  // Where the clock skips the time, Agenda may call late, twice or never again: it is only a reason to look at once.
  await agenda.every(cron, morningJob, data, { timezone: timeZone, skipImmediate: true });
  await agenda.enable({ name: morningJob });
}

/** Turns the schedule off; it stays off whatever the workers' settings say. */
export async function turnOffSchedule(agenda: Agenda, schedule: Schedule, since: Date): Promise<void> {
  await setSchedule(agenda, schedule, true, since);
  await agenda.disable({ name: morningJob });
}

/** Sets the schedule from the settings, unless they have none or it was set by `kith schedule`. */
export async function followSettings(agenda: Agenda, settings: Settings, now: Date): Promise<void> {
  const wanted = scheduleOf(settings);
  const known = await soundSchedule(agenda);
  if (!wanted || known?.isByHand) return;
  const isSame =
    known?.cron === wanted.cron && known.timeZone === wanted.timeZone && known.inputRoot === wanted.inputRoot;
  if (!isSame) await setSchedule(agenda, wanted, false, now);
}

/** The schedule from the settings; undefined if they don't say where the days' folders are. */
export function scheduleOf({ jobs: { inputRoot, schedule: cron, timeZone } }: Settings): Schedule | undefined {
  if (inputRoot === undefined) return undefined;
  return { cron, timeZone, inputRoot: absoluteLocation(inputRoot, 'folder') };
}

/** A run that is due: from an instant on, for a day of the schedule's calendar. */
export interface Due {
  at: Date;
  /** The day, YYYY-MM-DD; the instant may be on the next one, if the clock skips the end of this one. */
  date: string;
}

/** The run that was due latest at an instant. */
export function latestDue(schedule: Rule, instant: Date): Due {
  const clock = new WallClock(schedule.timeZone);
  const now = clock.at(instant.getTime());
  let latest: Due | undefined;
  // The parser looks for times strictly before the given one, in whole seconds.
  for (const times = cronTimes(schedule, now + 1000); !latest; ) latest = dueAt(clock, times.prev().getTime());
  // While the clock repeats an hour, later times of that hour are over already.
  for (const due of duesAfter(schedule, now - longestRepeat)) {
    if (due.at > instant) break;
    if (due.at >= latest.at) latest = due;
  }
  return latest;
}

/** The run that is due next after an instant. */
export function nextDue(schedule: Rule, instant: Date): Due {
  const now = new WallClock(schedule.timeZone).at(instant.getTime());
  for (const due of duesAfter(schedule, now - longestRepeat)) if (due.at > instant) return due;
  throw new Error('unreachable');
}

/** The runs for all times after one on the wall clock, in order and without end. */
export function* duesAfter(schedule: Rule, time: number): Generator<Due, never> {
  const clock = new WallClock(schedule.timeZone);
  const isHourly = everyHour.test(schedule.cron);
  // Of the second pass of an hour; they come after all of the first one.
  const again: Due[] = [];
  for (const times = cronTimes(schedule, time); ; ) {
    const next = times.next().getTime();
    const due = dueAt(clock, next);
    if (!due) continue;
    while (again[0] && again[0].at < due.at) yield again.shift() as Due;
    yield due;
    const second = isHourly ? clock.second(next) : undefined;
    if (second !== undefined) again.push({ ...due, at: new Date(second) });
  }
}

/**
 * The run for a time on the wall clock: of an hour that comes twice the first counts, and instead of a time that is
 * skipped the instant right after it. Undefined if its whole day is skipped.
 */
function dueAt(clock: WallClock, time: number): Due | undefined {
  const at = clock.first(time);
  if (!clock.hasDayOf(time, at)) return undefined;
  return { at: new Date(at), date: new Date(time).toISOString().slice(0, 10) };
}

/** The folder of the day for which a run is due, and its as-of: 00:00 UTC of that date. */
export function dayOf({ inputRoot }: Pick<Schedule, 'inputRoot'>, { date }: Due): { input: string; asOf: number } {
  return {
    input: `${inputRoot.replace(/\/+$/, '')}/${date.replaceAll('-', '')}`,
    asOf: parseInstant(date) as number,
  };
}

/** The times of a calendar without time zones, as if they were UTC: there, every day has all of its hours once. */
function cronTimes({ cron }: Rule, from: number): CronExpression {
  return CronExpressionParser.parse(cron, { tz: 'UTC', currentDate: new Date(from) });
}

/** When the next run is due by the schedule, and in which time zone that was set; undefined if none is scheduled. */
export async function nextScheduled(agenda: Agenda): Promise<{ at: Date; timeZone: string } | undefined> {
  const schedule = await soundSchedule(agenda);
  if (!schedule || schedule.isOff) return undefined;
  return { at: nextDue(schedule, new Date()).at, timeZone: schedule.timeZone };
}
