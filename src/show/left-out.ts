import type { Graph } from '../graph/graph.ts';
import { userIdOf } from '../user-id.ts';
import { type Explanation, explain } from './explain.ts';
import type { CirclesExplanation } from './explain-circles.ts';
import type { UserView } from './show-user.ts';

/**
 * Those who are not recommended to a user although most speaks for them, each with what keeps them out. Nobody whom no
 * list names is among them.
 *
 * @param most how many are named
 */
export async function leftOut(
  graph: Graph,
  { userId, run, vias, recommendations }: UserView,
  most: number,
): Promise<(Explanation | CirclesExplanation)[]> {
  const wanted = { recommended: recommendations.map((one) => BigInt(one.userId)), most: BigInt(most) };
  const byCircles = run.settings.ranking === 'circles';
  const { rows } = await graph.read<{ leftOut: bigint[] }>(
    byCircles ? 'cypher/show/left-out-by-circles.cypher' : 'cypher/show/left-out.cypher',
    { ...wanted, userId: BigInt(userId), ...(byCircles && { vias: (vias ?? []).map(BigInt) }) },
  );
  return Promise.all((rows[0]?.leftOut ?? []).map((recId) => explain(graph, run, userId, userIdOf(recId))));
}
