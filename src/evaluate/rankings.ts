import { circles } from '../scoring/ranking/circles.ts';

/** How a ranking that can be evaluated makes its lists. */
export type RankingMethod =
  /** The closest connections of closest connections. */
  | { by: 'second-degree' }
  /** Circles, or what is left of it without one of its sources. */
  | { by: 'circles'; sources: readonly string[] }
  /** Those most engaged with in the whole window, or in its last eighth; the same for everybody: yardsticks. */
  | { by: 'popularity'; kind: 'window' | 'late' };

const { sources } = circles;
const without = (source: string): RankingMethod => ({
  by: 'circles',
  sources: sources.filter((each) => each !== source),
});

/** All rankings by name, in the order in which they are shown. */
const methods = {
  'second-degree': { by: 'second-degree' },
  circles: { by: 'circles', sources },
  'circles-without-circle': without('circle'),
  'circles-without-popular': without('popular'),
  'circles-without-engages-with-you': without('engages-with-you'),
  popularity: { by: 'popularity', kind: 'window' },
  'recent-popularity': { by: 'popularity', kind: 'late' },
} as const satisfies Record<string, RankingMethod>;

export type RankingName = keyof typeof methods;

export function methodOf(name: RankingName): RankingMethod {
  return methods[name];
}

/** The names of all rankings, in the order in which they are shown. */
export const rankingNames = Object.keys(methods) as RankingName[];

/** What a personal ranking should beat. */
export const yardsticks: readonly RankingName[] = ['popularity', 'recent-popularity'];
