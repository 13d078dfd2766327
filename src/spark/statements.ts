import type { RankingName, Recommending, Weighting } from '../config/settings.ts';
import type { SparkFile } from './application.ts';

/** What is read of the accepted rows, and what words that end or forbid make of it. Both steps do, as of one instant. */
const kept: readonly SparkFile[] = [
  'spark/kept/activities.sql',
  'spark/kept/words.sql',
  'spark/words/blocked.sql',
  'spark/words/muted.sql',
  'spark/words/ended.sql',
  'spark/words/activity.sql',
];

/**
 * What the application of the step closest runs: its last tables are rows, as COPY takes them.
 *
 * @param namesEveryone whether the files of users name everybody
 */
export function closestStatements(
  { ranking, weighting }: { ranking: RankingName; weighting: Weighting },
  namesEveryone: boolean,
): SparkFile[] {
  const isLinear = weighting.decay.kind === 'linear';
  return [
    ...kept,
    'spark/kept/users.sql',
    'spark/kept/suspended.sql',
    namesEveryone ? 'spark/kept/known-users.sql' : 'spark/kept/known-users-of-earlier.sql',
    'spark/closest/counted.sql',
    ...(isLinear
      ? (['spark/closest/edges-linear.sql'] as const)
      : (['spark/closest/powers.sql', 'spark/closest/edges-exponential.sql'] as const)),
    'spark/closest/closest.sql',
    ...(ranking === 'circles'
      ? ([
          'spark/circles/ties.sql',
          'spark/circles/members.sql',
          'spark/circles/masses.sql',
          'spark/circles/alike.sql',
        ] as const)
      : []),
    'spark/rows/decimal-weight.sql',
    'spark/rows/closest-connections.sql',
    'spark/rows/suspended.sql',
    'spark/rows/boundaries.sql',
    'spark/closest/figures.sql',
  ];
}

/** What the application of the step recommend runs. */
export function recommendStatements(
  { ranking, recommendEngaged, popularAtMost, strangersAtMost, activeDays }: Recommending,
  hasScores: boolean,
): SparkFile[] {
  const isCircles = ranking === 'circles';
  return [
    ...kept,
    'spark/computed/known-user.sql',
    'spark/computed/closest.sql',
    ...(isCircles || !recommendEngaged ? (['spark/computed/edge.sql'] as const) : []),
    ...(isCircles
      ? ([
          'spark/computed/suspended.sql',
          'spark/computed/tie.sql',
          'spark/computed/mass.sql',
          'spark/computed/alike.sql',
        ] as const)
      : []),
    hasScores ? 'spark/recommend/scores.sql' : 'spark/recommend/no-scores.sql',
    hasScores ? 'spark/recommend/bad.sql' : 'spark/recommend/nobody-bad.sql',
    'spark/words/hidden.sql',
    activeDays === undefined ? 'spark/recommend/nobody-inactive.sql' : 'spark/recommend/inactive.sql',
    'spark/recommend/unwanted.sql',
    'spark/kept/followed.sql',
    'spark/words/followed-since.sql',
    recommendEngaged ? 'spark/recommend/nobody-engaged.sql' : 'spark/recommend/engaged.sql',
    'spark/recommend/marked.sql',
    ...(isCircles
      ? ([
          strangersAtMost === undefined ? 'spark/circles/no-strangers.sql' : 'spark/circles/strangers.sql',
          'spark/circles/vias.sql',
          'spark/circles/lists.sql',
          'spark/circles/popular.sql',
          'spark/circles/listed.sql',
        ] as const)
      : (['spark/second-degree/vias.sql', 'spark/second-degree/lists.sql', 'spark/second-degree/listed.sql'] as const)),
    'spark/recommend/terms.sql',
    isCircles ? 'spark/circles/summed.sql' : 'spark/second-degree/summed.sql',
    'spark/recommend/candidates.sql',
    isCircles && popularAtMost !== undefined ? 'spark/circles/kept.sql' : 'spark/recommend/kept.sql',
    'spark/recommend/recommendations.sql',
    'spark/recommend/reasons.sql',
    ...(isCircles
      ? ([
          'spark/circles/units.sql',
          'spark/circles/recommendation-rows.sql',
          'spark/circles/reason-rows.sql',
          'spark/rows/vias.sql',
        ] as const)
      : ([
          'spark/rows/decimal-weight.sql',
          'spark/second-degree/recommendation-rows.sql',
          'spark/second-degree/reason-rows.sql',
        ] as const)),
    'spark/rows/followed.sql',
    'spark/recommend/figures.sql',
  ];
}
