import type { Graph } from '../../graph/graph.ts';
import type { UserRange } from '../../graph/user-ranges.ts';
import type { Ranking } from './ranking.ts';
import { rowsWithSources } from './rows-with-sources.ts';

/**
 * Of the people around those you are close to, this share engages with somebody. Vias are a user's first ten ties, and
 * the lists that they carry are `alike`: whom the people around them engage with. Whoever is popular now, and whoever
 * engages with the user, gets terms of their own; their reason is the recommended themself.
 */
export const circles: Ranking = {
  name: 'circles',
  sources: ['circle', 'popular', 'engages-with-you'],
  places: 7,
  reasons: 'ties',
  closest: {
    linear: 'cypher/circles/ties-linear.cypher',
    exponential: 'cypher/circles/ties-exponential.cypher',
    compiled: 'cypher/circles/ties-compiled.cypher',
  },
  forget: 'cypher/circles/forget.cypher',
  carried: { cypher: 'cypher/circles/alike.cypher', compiled: 'cypher/circles/alike-compiled.cypher' },
  countUsers: 'cypher/circles/count-users.cypher',
  recommend: {
    usersPerQuery: 5_000,
    cypher: 'cypher/circles/recommend.cypher',
    goodAround: 'cypher/circles/good-around.cypher',
    compiled: 'cypher/circles/recommend-compiled.cypher',
  },
  shared: async (graph, { filtered, minReputation }) => {
    const { rows } = await graph.read('cypher/circles/popular.cypher', { filtered, minReputation });
    return { popular: rows[0]?.popular, popularShares: rows[0]?.popularShares };
  },
  rowsOf: (user) => rowsWithSources(user, circles),
};

/** The ties of the users in a range through whom people are recommended to them; users without ties are absent. */
export async function readVias(graph: Graph, range: UserRange): Promise<{ userId: bigint; others: bigint[] }[]> {
  const { rows } = await graph.read<{ userId: bigint; others: bigint[] }>('cypher/circles/vias.cypher', { ...range });
  return rows;
}
