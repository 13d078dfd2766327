import { BadInputError } from '../errors.ts';
import { count, several } from '../figures.ts';
import { asOfOfFolder } from '../ingest/day-folder.ts';
import { isoSeconds } from '../ingest/instant.ts';
import type { StagedFolder } from '../ingest/read-folder.ts';
import type { Database } from '../postgres/database.ts';
import type { Run } from './run.ts';
import type { RunContext } from './run-context.ts';
import { nameOfFolder } from './run-options.ts';
import { lastPublished } from './runs.ts';
import { isHeldToPublished } from './step-name.ts';
import { type Waiver, waive } from './waivers.ts';

const day = 86_400;

/**
 * Whether an instant is in the future, both in epoch seconds. The date of a folder is not once it has begun somewhere:
 * where clocks are furthest ahead (UTC+14).
 */
export function isToCome(at: number, now: number, isFolderDate: boolean): boolean {
  return (isFolderDate ? at - 14 * 3600 : at) > now;
}

/** What of a run its dates are judged by. */
interface Judged extends Pick<RunContext, 'database' | 'settings' | 'folder' | 'summary'> {
  run: Pick<Run, 'asOf' | 'startedAt' | 'steps' | 'allowed' | 'input'>;
}

/** An instant that a run takes for true. */
interface RunDate {
  what: string;
  at: number;
  remedy: string;
  isFolderDate: boolean;
}

/** Of a run: its as-of, and the date of its folder, which its flags have. */
function datesOf({ run, folder }: Judged): RunDate[] {
  const named = asOfOfFolder(folder?.name ?? '');
  const dates: RunDate[] = [];
  if (named !== undefined)
    dates.push({ what: "The folder's date", at: named, remedy: 'check its year, and rename it', isFolderDate: true });
  // A folder that is loaded by itself has no use for an as-of, unless its name is no date.
  if (named !== run.asOf && (named === undefined || run.steps.includes('closest')))
    dates.push({
      what: 'The as-of',
      at: run.asOf,
      remedy: 'check --as-of',
      // Later steps don't open the folder, but it has still given the as-of.
      isFolderDate: run.input !== undefined && run.asOf === asOfOfFolder(nameOfFolder(run.input)),
    });
  return dates;
}

/**
 * Judges a run's dates by the clock and by the published run.
 *
 * @throws BadInputError if one has not come yet, or the as-of is before that of the published run, unless that is allowed
 */
export async function judgeAsOf(context: Judged): Promise<void> {
  const { run, database } = context;
  const now = Date.parse(run.startedAt) / 1000;
  for (const { what, at, remedy, isFolderDate } of datesOf(context))
    if (isToCome(at, now, isFolderDate))
      waive(context, 'future', `${what}, ${isoSeconds(at)}, is in the future: ${remedy}.`);
  if (!isHeldToPublished(run.steps)) return;
  const published = await lastPublished(database);
  if (published && run.asOf < published.asOf)
    waive(
      context,
      'earlier',
      `The as-of, ${isoSeconds(run.asOf)}, is earlier than that of the published tables, ${isoSeconds(published.asOf)}.`,
    );
}

/**
 * Judges runs that are about to be queued, in order, by the published run: workers would refuse them later.
 *
 * @returns what they are allowed, and what to tell of it: a range of days goes back on purpose
 * @throws BadInputError if a single run is of before the published one, unless that is allowed
 */
export async function judgeQueued(
  database: Database,
  days: readonly { asOf: number }[],
  allowed: readonly Waiver[],
): Promise<{ allowed: readonly Waiver[]; note?: string }> {
  const published = await lastPublished(database);
  const first = days[0]?.asOf;
  if (!published || first === undefined || first >= published.asOf || allowed.includes('earlier')) return { allowed };
  const what = `${isoSeconds(first)}, is earlier than that of the published tables, ${isoSeconds(published.asOf)}`;
  if (days.length === 1) throw new BadInputError(`The as-of, ${what}: to publish it nevertheless add --allow earlier.`);
  return { allowed: [...allowed, 'earlier'], note: `The range begins at ${what}: its days are published in order.` };
}

/**
 * Judges a run's dates by the newest activity that was ever loaded, or is about to be.
 *
 * @param staged the folder that is about to be loaded
 * @throws BadInputError if one is too long after it, unless that is allowed
 */
export async function judgeAge(
  context: Judged,
  staged: Partial<Pick<StagedFolder, 'newestNear' | 'newestNearFolder'>> = {},
): Promise<void> {
  const { run, database, settings } = context;
  if (!run.steps.includes('closest')) return;
  const [row] = await database.query<{ newest: Date | null }>('sql/runs/newest-activity.sql');
  const none = Number.NEGATIVE_INFINITY;
  const loaded = row?.newest ? row.newest.getTime() / 1000 : none;
  for (const { what, at, remedy, isFolderDate } of datesOf(context)) {
    const known = Math.max(loaded, (isFolderDate ? staged.newestNearFolder : staged.newestNear) ?? none);
    if (known > none && at - known > settings.staleAfterDays * day)
      waive(
        context,
        'stale',
        `${what}, ${isoSeconds(at)}, is ${several(Math.floor((at - known) / day), 'day')} after the newest activity, ` +
          `${isoSeconds(known)}, more than KITH_STALE_AFTER_DAYS (${settings.staleAfterDays}): ${remedy}.`,
      );
  }
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
    `${count(staged.later)} of the ${several(all, 'activity', 'activities')} in ${folder?.location} ${staged.later === 1 ? 'is' : 'are'} later than the as-of ` +
      `${isoSeconds(run.asOf)} and would not count: give --as-of ${isoSeconds(Math.ceil(staged.newest / day) * day)}, ` +
      'which counts them all, or another one. Nothing from this folder was used.',
  );
}
