import { longestWindowDays, readSettings } from '../config/settings.ts';
import { BadInputError } from '../errors.ts';
import { type ActivityType, activityTypes } from '../ingest/activity-type.ts';
import { type CutPlace, cutPlaceOf } from './cut.ts';
import type { Variant } from './judge.ts';
import { type RankingName, rankingNames } from './rankings.ts';
import { gridOf, rankingOf, type SettingChanges, settingsOf, sweepOf } from './sweep.ts';

/** The options of `kith evaluate`, as a person gives them. */
export interface EvaluateOptions {
  cut?: string;
  cutQuantile?: string;
  windowDays?: string;
  minReputation?: string;
  without?: string;
  ranking?: string;
  rankings?: string;
  sweep?: string[];
  exclude?: string;
  users?: string;
  seed?: string;
}

/** What is to be evaluated, and how. */
export interface Plan {
  cut: CutPlace;
  /** The types of activities that count. */
  types: readonly ActivityType[];
  /** Who is left out of lists: whom a user has engaged with, or only followed. */
  exclude: 'engaged' | 'followed';
  /** At most so many users are judged, and as many of those who had done nothing before. */
  users: number;
  seed: number;
  /** With which the others are compared: what runs compute, unless told otherwise. */
  ranking: RankingName;
  /** What is shown; of a sweep, all that is not swept. */
  variants: Variant[];
  /** What is tried on an inner cut, whose best is shown beside the default; empty without a sweep. */
  grid: Variant[];
}

/**
 * Checks the options.
 *
 * @param hasScores whether there is a list of scores
 * @throws BadInputError naming the option that is wrong
 */
export function planOf(options: EvaluateOptions, hasScores: boolean, env: NodeJS.ProcessEnv): Plan {
  const changes = changesOf(options);
  const settings = settingsOf(env, changes);
  const names = rankingsOf(options.rankings);
  const ranking = comparedOf(options.ranking, names, env);
  const judged = names.includes(ranking) ? ranking : (names[0] as RankingName);
  const sweeps = (options.sweep ?? []).map(sweepOf);
  const shown = sweeps.length === 0 ? names : [...new Set<RankingName>([ranking, 'popularity'])];
  return {
    cut: cutPlaceOf(options.cut, options.cutQuantile),
    types: typesOf(options.without),
    exclude: excludeOf(options.exclude ?? 'engaged'),
    users: wholeOf('--users', options.users ?? '6000', 1, 100_000),
    seed: wholeOf('--seed', options.seed ?? '1', 0, Number.MAX_SAFE_INTEGER),
    ranking,
    variants: shown.map((each) => ({ ranking: each, settings })),
    grid: sweeps.length === 0 ? [] : gridOf(sweeps, { ranking: judged, changes }, hasScores, env),
  };
}

function changesOf({ windowDays, minReputation }: EvaluateOptions): SettingChanges {
  const changes: Record<string, string> = {};
  if (windowDays !== undefined) {
    if (windowDays !== 'all' && (!/^[1-9]\d{0,4}$/.test(windowDays) || Number(windowDays) > longestWindowDays))
      throw new BadInputError(
        `--window-days should be a whole number of days from 1 to ${longestWindowDays}, or all, not "${windowDays}".`,
      );
    changes.KITH_WINDOW_DAYS = windowDays;
  }
  if (minReputation !== undefined) {
    if (!/^\d*\.?\d+$/.test(minReputation) || Number(minReputation) > 1)
      throw new BadInputError(`--min-reputation should be a number from 0 to 1, not "${minReputation}".`);
    changes.KITH_MIN_REPUTATION = String(Number(minReputation));
  }
  return changes;
}

function comparedOf(name: string | undefined, judged: readonly RankingName[], env: NodeJS.ProcessEnv): RankingName {
  // Nothing is kept here, so for how long does not matter.
  if (name === undefined) return readSettings({ ...env, KITH_RETENTION_DAYS: undefined }).ranking;
  const ranking = rankingOf(name);
  if (!judged.includes(ranking)) throw new BadInputError(`--ranking ${ranking} is none of those of --rankings.`);
  return ranking;
}

function rankingsOf(list: string | undefined): RankingName[] {
  if (list === undefined) return rankingNames;
  return [...new Set(list.split(',').map((name) => rankingOf(name.trim())))];
}

function typesOf(without: string | undefined): ActivityType[] {
  const left = (without ?? '').split(',').filter((type) => type !== '');
  const unknown = left.find((type) => !activityTypes.includes(type as ActivityType));
  if (unknown !== undefined)
    throw new BadInputError(`--without should be some of ${activityTypes.join(', ')}, not "${unknown}".`);
  const types = activityTypes.filter((type) => !left.includes(type));
  if (types.length === 0) throw new BadInputError('--without leaves no type of activity to evaluate anything by.');
  return types;
}

function excludeOf(word: string): Plan['exclude'] {
  if (word === 'engaged' || word === 'followed') return word;
  throw new BadInputError(`--exclude should be engaged or followed, not "${word}".`);
}

function wholeOf(option: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (/^\d{1,16}$/.test(text) && value >= least && value <= most) return value;
  throw new BadInputError(`${option} should be a whole number from ${least} to ${most}, not "${text}".`);
}
