import type { Settings } from '../config/settings.ts';
import { BadInputError } from '../errors.ts';
import { asOfOfFolder } from '../ingest/day-folder.ts';
import { parseInstant } from '../ingest/instant.ts';
import { absoluteLocation } from '../storage/location.ts';
import { openDay, openScores } from './open-input.ts';
import type { RunSettings, ScoresPlace } from './run.ts';
import type { OpenedInput } from './run-context.ts';
import type { WantedRun } from './runs.ts';
import type { StepName } from './step-name.ts';
import { parseWaivers, type Waiver } from './waivers.ts';

/** The options of `kith run` and of its steps, as a person gives them. */
export interface RunOptions {
  input?: string;
  asOf?: string;
  /** A CSV of scores; false is --no-reputation. */
  reputation?: string | false;
  /** The folder of a model to score with. */
  model?: string;
  /** How files are written and what they hold. */
  mapping?: string;
  /** What would otherwise stop the run, such as `future,stale`. */
  allow?: string;
  /** Those of the settings that were given as options, which no earlier step may contradict. */
  given?: GivenSettings;
}

/** Settings that were given as options of the command line, as variables KITH_…. */
export type GivenSettings = Readonly<Record<string, string>>;

/** What is known of a run before anything is started. */
export interface PlannedRun {
  settings: Settings;
  /** Those of them that were given as options. */
  given: GivenSettings;
  /** Epoch seconds; undefined if neither --as-of nor the folder's name says it. */
  asOf: number | undefined;
  input: string | undefined;
  scores: ScoresPlace | undefined;
  opened: OpenedInput;
  allowed: Waiver[];
}

/** The settings with another mapping, if one is given. */
export function withMapping(settings: Settings, mapping: string | undefined): Settings {
  return mapping === undefined ? settings : { ...settings, mapping: absoluteLocation(mapping, 'file') };
}

/**
 * Opens what the options name, so that a mistake is told before any engine is started.
 *
 * @throws BadInputError naming the option or the file, and what is wrong with it
 */
export async function planRun(settings: Settings, options: RunOptions, signal?: AbortSignal): Promise<PlannedRun> {
  const { input, asOf, mapping, allow, given = {} } = options;
  const allowed = parseWaivers(allow);
  const changed = withMapping(settings, mapping);
  const folder = input === undefined ? undefined : await openDay(input, changed);
  const scores = scoresOf(settings, options);
  return {
    settings: changed,
    given,
    asOf: asOfOf(asOf, folder?.name),
    input,
    scores,
    opened: { folder, scores: await openScores(scores, settings, signal) },
    allowed,
  };
}

/**
 * The run that was planned.
 *
 * @throws BadInputError if neither --as-of nor the folder's name gives an as-of
 */
export function wantedRun(
  { settings, asOf, input, scores, opened, allowed }: PlannedRun,
  steps: readonly StepName[],
): WantedRun {
  if (asOf === undefined)
    throw new BadInputError(
      `${opened.folder ? `${opened.folder.location} is not named by a date (YYYYMMDD)` : 'There is no folder'}: ` +
        'give --as-of, such as --as-of 2012-07-08T00:00:00Z.',
    );
  return { asOf, input, scores, steps, allowed, engine: settings.engine, settings: runSettings(settings, scores) };
}

export function runSettings(settings: Settings, scores: ScoresPlace | undefined): RunSettings {
  const { weighting, ranking, recommendEngaged, popularAtMost, strangersAtMost } = settings;
  const { dismissDays, activeDays, excludeLaterFollows } = settings;
  return {
    weighting,
    ranking,
    recommendEngaged,
    popularAtMost,
    strangersAtMost,
    dismissDays,
    activeDays,
    excludeLaterFollows: excludeLaterFollows || undefined,
    reputation: scores ? 'list' : 'none',
  };
}

function rootOf(input: string): string {
  return absoluteLocation(input, 'folder').replace(/\/+$/, '');
}

/** The name of a folder that is not opened. */
export function nameOfFolder(input: string): string {
  return rootOf(input).split('/').at(-1) ?? '';
}

/** The longest range of days that can be queued at once. */
const mostDays = 3_700;

/**
 * The folders and as-ofs of runs for the queue: one run, or one for each day from `from` to `to`. The folders need not
 * exist yet.
 *
 * @throws BadInputError naming the option that is missing or wrong
 */
export function daysOf(
  { input, asOf }: RunOptions,
  from: string | undefined,
  to: string | undefined,
): { input: string; asOf: number }[] {
  if (input === undefined) throw new BadInputError('Give the folder of a day: kith enqueue --input DIR.');
  const root = rootOf(input);
  if (from === undefined && to === undefined) {
    const single = asOfOf(asOf, nameOfFolder(root));
    if (single === undefined)
      throw new BadInputError(
        `${input} is not named by a date (YYYYMMDD): give --as-of, such as --as-of 2012-07-08T00:00:00Z.`,
      );
    return [{ input: root, asOf: single }];
  }
  const [first, last] = [from, to].map((date) =>
    date && /^\d{4}-\d\d-\d\d$/.test(date) ? parseInstant(date) : undefined,
  );
  if (first === undefined || last === undefined || asOf !== undefined)
    throw new BadInputError('A range of days is --from YYYY-MM-DD --to YYYY-MM-DD, without --as-of.');
  const count = (last - first) / 86_400 + 1;
  if (count < 1 || count > mostDays)
    throw new BadInputError(`--from ${from} --to ${to} is not a range of 1 to ${mostDays} days.`);
  return Array.from({ length: count }, (_, i) => {
    const at = first + i * 86_400;
    return { input: `${root}/${new Date(at * 1000).toISOString().slice(0, 10).replaceAll('-', '')}`, asOf: at };
  });
}

/**
 * Where a run's scores come from. Exactly one: a CSV, else the model that was named, else none. A model is never used
 * merely because it lies somewhere.
 *
 * @throws BadInputError if two options contradict each other
 */
export function scoresOf(settings: Settings, { reputation, model }: RunOptions): ScoresPlace | undefined {
  if (model !== undefined && reputation !== undefined)
    throw new BadInputError(
      `--model and ${reputation === false ? '--no-reputation' : '--reputation'} contradict each other: give one of them.`,
    );
  if (reputation === false) return undefined;
  if (reputation !== undefined) return { kind: 'list', place: absoluteLocation(reputation, 'file') };
  const place = model ?? settings.reputation.model;
  return place === undefined ? undefined : { kind: 'model', place: absoluteLocation(place, 'folder') };
}

/** Outside of these years a time has no place in Postgres' calendar as ISO 8601 writes it. */
const yearOne = Date.parse('0001-01-01T00:00:00Z') / 1000;
const year9999 = Date.parse('9999-12-31T23:59:59Z') / 1000;

/**
 * As of when: what is given, else the date that the folder is named by, in epoch seconds; undefined if neither says it.
 *
 * @throws BadInputError if it is no time, or outside of the calendar
 */
export function asOfOf(given: string | undefined, folderName: string | undefined): number | undefined {
  const asOf = given === undefined ? asOfOfFolder(folderName ?? '') : parseInstant(given);
  if (given === undefined && asOf === undefined) return undefined;
  if (asOf === undefined || asOf < yearOne || asOf > year9999)
    throw new BadInputError(
      `${given === undefined ? 'The date of the folder' : '--as-of'} should be a time such as 2012-07-08T00:00:00Z, but is "${given ?? folderName}".`,
    );
  return asOf;
}
