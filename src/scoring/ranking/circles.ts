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
  shared: async (graph, { filter: { filtered, minReputation }, strangersAtMost }) => {
    const { rows } = await graph.read('cypher/circles/popular.cypher', { filtered, minReputation });
    const busy = await busyUsers(graph, strangersAtMost);
    return { popular: rows[0]?.popular, popularShares: rows[0]?.popularShares, busy };
  },
  rowsOf: (user) => rowsWithSources(user, circles),
};

/** Those who engage with more than so many people. */
export async function busyUsers(graph: Graph, strangersAtMost: number | undefined): Promise<bigint[]> {
  if (strangersAtMost === undefined) return [];
  const { rows } = await graph.read<{ busy: bigint[] }>('cypher/circles/busy.cypher', {
    strangersAtMost: BigInt(strangersAtMost),
  });
  return rows[0]?.busy ?? [];
}

/**
 * The ties of the users in a range through whom people are recommended to them; users without ties are absent.
 *
 * @param busy who is nobody's via but of those who have them among their closest connections
 */
export async function readVias(
  graph: Graph,
  range: UserRange,
  busy: readonly bigint[],
): Promise<{ userId: bigint; others: bigint[] }[]> {
  const { rows } = await graph.read<{ userId: bigint; others: bigint[] }>('cypher/circles/vias.cypher', {
    ...range,
    busy: [...busy],
  });
  return rows;
}
