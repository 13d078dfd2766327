import { BadInputError } from '../errors.ts';
import { asOfOfFolder } from '../ingest/day-folder.ts';
import { isoSeconds } from '../ingest/instant.ts';
import type { StagedFolder } from '../ingest/read-folder.ts';
import type { RunContext } from './run-context.ts';
import { lastPublished } from './runs.ts';
import { waive } from './waivers.ts';

const day = 86_400;

/**
 * Whether an as-of is in the future, both in epoch seconds. 00:00 UTC of a date, as which a day's folder counts, is not
 * once the date has begun somewhere: where clocks are furthest ahead (UTC+14).
 */
export function isToCome(asOf: number, now: number): boolean {
  const begins = asOf % day === 0 ? asOf - 14 * 3600 : asOf;
  return begins > now;
}

/**
 * Judges a run's as-of by the clock and by the published run. A folder that is loaded by itself is judged by its date:
 * that is what its flags are from.
 *
 * @throws BadInputError if it has not come yet, or is before that of the published run, unless that is allowed
 */
export async function judgeAsOf(context: RunContext): Promise<void> {
  const { run, database, folder } = context;
  const isLoadOnly = !run.steps.includes('closest');
  const date = (isLoadOnly ? asOfOfFolder(folder?.name ?? '') : undefined) ?? run.asOf;
  if (isToCome(date, Date.parse(run.startedAt) / 1000))
    waive(
      context,
      'future',
      `The as-of ${isoSeconds(date)} is in the future: check the date in the folder's name, or give --as-of.`,
    );
  if (!run.steps.includes('publish')) return;
  const published = await lastPublished(database);
  if (published && run.asOf < published.asOf)
    waive(
      context,
      'earlier',
      `The as-of ${isoSeconds(run.asOf)} is earlier than that of the published tables, ${isoSeconds(published.asOf)}.`,
    );
}

/**
 * Judges a run's as-of by the newest activity that was ever loaded, or is about to be.
 *
 * @param newest of the folder that is about to be loaded, in epoch seconds
 * @throws BadInputError if the as-of is too long after it, unless that is allowed
 */
export async function judgeAge(context: RunContext, newest?: number): Promise<void> {
  const { run, database, settings } = context;
  if (!run.steps.includes('closest')) return;
  const [row] = await database.query<{ newest: Date | null }>('sql/runs/newest-activity.sql');
  const known = Math.max(newest ?? -Infinity, row?.newest ? row.newest.getTime() / 1000 : -Infinity);
  if (Number.isFinite(known) && run.asOf - known > settings.staleAfterDays * day)
    waive(
      context,
      'stale',
      `The as-of ${isoSeconds(run.asOf)} is ${Math.floor((run.asOf - known) / day)} days after the newest activity, ` +
        `${isoSeconds(known)}, more than KITH_STALE_AFTER_DAYS (${settings.staleAfterDays}): check the year in the ` +
        "folder's name, or give --as-of.",
    );
}

/**
 * Judges the folder of a network's first run, whose as-of is the date in the folder's name.
 *
 * @throws BadInputError if most of its activities are later, as in a folder of one day's own activities
 */
export async function judgeFirstFolder({ run, database, folder }: RunContext, staged: StagedFolder): Promise<void> {
  const all = Object.values(staged.activities).reduce((sum, count) => sum + count, 0);
  const isByName = run.asOf === asOfOfFolder(folder?.name ?? '');
  if (!isByName || !run.steps.includes('closest') || staged.newest === undefined || staged.later * 2 <= all) return;
  if (await lastPublished(database)) return;
  throw new BadInputError(
    `${staged.later} of the ${all} activities in ${folder?.location} are later than the as-of ` +
      `${isoSeconds(run.asOf)} and would not count: give --as-of ${isoSeconds(Math.ceil(staged.newest / day) * day)}, ` +
      'which counts them all, or another one. Nothing from this folder was used.',
  );
}
