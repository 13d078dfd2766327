import { readSettings } from '../config/settings.ts';
import { BadInputError } from '../errors.ts';
import type { Variant } from './judge.ts';
import type { EvaluatedSettings } from './make-lists.ts';
import { type RankingName, rankingNames } from './rankings.ts';

/** The settings that can be swept, beside `ranking`, named as KITH_… without it. */
const swept = [
  'window-days',
  'decay',
  'half-life-days',
  'base-follow',
  'base-reply',
  'base-like',
  'base-mention',
  'min-reputation',
  'strangers-at-most',
] as const;

/** Names of what `--sweep` takes. */
export const sweepNames = ['ranking', ...swept] as const;

/** More would take hours, and the best of so many would be best by luck. */
const mostPoints = 200;

/** A setting and the values to try. */
export interface Sweep {
  name: (typeof sweepNames)[number];
  values: string[];
}

/**
 * Reads `SETTING=a,b,c`.
 *
 * @throws BadInputError if it isn't one
 */
export function sweepOf(text: string): Sweep {
  const [, name, list = ''] = /^([a-z-]+)=(.+)$/.exec(text) ?? [];
  const known = sweepNames.find((each) => each === name);
  const values = [...new Set(list.split(',').map((value) => value.trim()))];
  if (known === undefined || values.includes(''))
    throw new BadInputError(
      `--sweep should be a setting and values such as window-days=30,90,all, not "${text}"; the settings are ${sweepNames.join(', ')}.`,
    );
  return { name: known, values };
}

/**
 * Every combination of the values, each once: equal settings are one object, and neighbours.
 *
 * @param base the ranking that is judged if none is swept, and what is changed under all points
 * @param hasScores whether reputation filters
 * @throws BadInputError naming the value that is wrong, or what would change nothing
 */
export function gridOf(
  sweeps: readonly Sweep[],
  base: { ranking: RankingName; changes: SettingChanges },
  hasScores: boolean,
  env: NodeJS.ProcessEnv,
): Variant[] {
  const names = sweeps.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new BadInputError(`--sweep ${twice} is given twice: give all its values at once.`);
  if (names.includes('min-reputation') && !hasScores)
    throw new BadInputError('--sweep min-reputation changes nothing without --reputation CSV.');
  const ranked = sweeps.find(({ name }) => name === 'ranking')?.values.map(rankingOf) ?? [base.ranking];
  let points = [base.changes];
  for (const { name, values } of sweeps)
    if (name !== 'ranking')
      points = points.flatMap((changes) =>
        values.map((value) => ({ ...changes, [`KITH_${name.toUpperCase().replaceAll('-', '_')}`]: value })),
      );
  if (points.length * ranked.length > mostPoints)
    throw new BadInputError(
      `These sweeps make ${points.length * ranked.length} combinations, but at most ${mostPoints} are tried: give fewer values.`,
    );
  const all = points.map((changes) => settingsOf(env, changes));
  if (names.includes('half-life-days') && !all.some(({ decay }) => decay.kind === 'exponential'))
    throw new BadInputError(
      '--sweep half-life-days changes nothing with linear decay: add --sweep decay=exponential, or set KITH_DECAY.',
    );
  // With linear decay, half-lives make no difference.
  const distinct = new Map(all.map((settings) => [JSON.stringify(settings), settings]));
  return [...distinct.values()].flatMap((settings) => ranked.map((ranking) => ({ ranking, settings })));
}

/** Settings (KITH_…) instead of those of the environment; KITH_WINDOW_DAYS may be `all`. */
export type SettingChanges = Readonly<Record<string, string>>;

/**
 * The settings under which lists are made.
 *
 * @throws BadInputError naming what is wrong
 */
export function settingsOf(env: NodeJS.ProcessEnv, changes: SettingChanges): EvaluatedSettings {
  const isAll = changes.KITH_WINDOW_DAYS === 'all';
  const given = isAll ? { ...changes, KITH_WINDOW_DAYS: undefined } : changes;
  // Nothing is kept here, so for how long does not matter.
  const { weighting, strangersAtMost } = readSettings({ ...env, KITH_RETENTION_DAYS: undefined, ...given });
  return { ...weighting, strangersAtMost, windowSeconds: isAll ? 'all' : weighting.windowSeconds };
}

/** @throws BadInputError if there is no such ranking */
export function rankingOf(name: string): RankingName {
  const known = rankingNames.find((each) => each === name);
  if (known === undefined)
    throw new BadInputError(`There is no ranking "${name}"; the rankings are ${rankingNames.join(', ')}.`);
  return known;
}
