import type { RankingName, Recommending, Weighting } from '../config/settings.ts';
import type { SparkFile } from './application.ts';

/** What the application of the step closest runs: its last tables are rows, as COPY takes them. */
export function closestStatements({ ranking, weighting }: { ranking: RankingName; weighting: Weighting }): SparkFile[] {
  const isLinear = weighting.decay.kind === 'linear';
  return [
    'spark/kept/activities.sql',
    'spark/kept/users.sql',
    'spark/kept/suspended.sql',
    'spark/kept/known-users.sql',
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
  { ranking, recommendEngaged, popularAtMost, strangersAtMost }: Recommending,
  hasScores: boolean,
): SparkFile[] {
  const isCircles = ranking === 'circles';
  return [
    'spark/kept/activities.sql',
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
    hasScores ? 'spark/recommend/good.sql' : 'spark/recommend/everybody-good.sql',
    'spark/kept/followed.sql',
    recommendEngaged ? 'spark/recommend/nobody-engaged.sql' : 'spark/recommend/engaged.sql',
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
