import { rankedRows, reasonRows } from '../../graph/rows-as-text.ts';
import { weightUnits } from '../../graph/weights.ts';
import type { Ranking } from './ranking.ts';

/**
 * The closest connections of one's closest connections: vias are these, and the lists that they carry are their own
 * closest connections. A reason weighs what its connection to the recommended weighs.
 */
export const secondDegree: Ranking = {
  name: 'second-degree',
  sources: ['second-degree'],
  places: 12,
  reasons: 'connections',
  closest: {
    linear: 'cypher/closest/compute-linear.cypher',
    exponential: 'cypher/closest/compute-exponential.cypher',
    compiled: 'cypher/closest/compiled.cypher',
  },
  countUsers: 'cypher/recommend/count-users.cypher',
  recommend: {
    usersPerQuery: 25_000,
    cypher: 'cypher/recommend/recommend.cypher',
    goodAround: 'cypher/recommend/good-around.cypher',
    compiled: 'cypher/recommend/compiled.cypher',
  },
  shared: async () => ({}),
  rowsOf: (user, weighting) => {
    const one = weightUnits(weighting);
    return {
      recommendations: rankedRows(user.userId, user.recommended, user.scores, one),
      reasons: reasonRows(user.userId, user.reasonOf, user.reasons, user.reasonWeights, one),
    };
  },
};
