import { computeClosest, weighingParameters } from '../../graph/closest.ts';
import type { Computing } from '../../graph/compiled.ts';
import type { Graph } from '../../graph/graph.ts';
import { onlyUser, userRanges } from '../../graph/user-ranges.ts';
import { busyUsers, readVias } from './circles.ts';
import type { Wanted } from './recommend.ts';

/** Users per statement that adds up how much they are engaged with. */
const usersPerReceived = 20_000;

/**
 * Makes the lists in the graph those of a ranking and its weights, as far as recommendations to one user depend on them;
 * all other lists stay as they are. For a trial: what it writes is of no use to anybody else.
 *
 * @param onProgress told what is being done
 */
export async function makeListsAround(
  graph: Graph,
  userId: bigint,
  { ranking, weighting, asOf, strangersAtMost }: Wanted,
  { computing, onProgress }: { computing: Computing; onProgress: (doing: string) => void },
): Promise<void> {
  const weighing = weighingParameters(weighting, asOf);
  const computed = new Set<bigint>();
  const compute = async (id: bigint) => {
    if (computed.has(id)) return;
    computed.add(id);
    await computeClosest(graph, onlyUser(id), asOf, weighting, ranking.closest, computing);
  };
  await compute(userId);
  if (!ranking.carried) {
    const { rows } = await graph.read<{ closest: bigint[] }>('cypher/show/user.cypher', { userId });
    for (const id of rows[0]?.closest ?? []) await compute(id);
    return;
  }
  // Who of them is busy is known only then.
  if (strangersAtMost !== undefined) for (const id of await around(userId)) await compute(id);
  const busy = await busyUsers(graph, strangersAtMost);
  const vias = (await readVias(graph, onlyUser(userId), busy))[0]?.others ?? [];
  onProgress('finding the circles around the ties');
  for (const via of vias) {
    for (const id of [via, ...(await around(via))]) await compute(id);
  }
  for (const via of vias) await graph.write(ranking.carried.cypher, { ...onlyUser(via), ...weighing });
  onProgress('finding who is popular');
  for (const { first, end } of await userRanges(graph, usersPerReceived)) {
    await graph.write('cypher/circles/received.cypher', { first, end, ...weighing });
  }

  async function around(id: bigint): Promise<bigint[]> {
    const { rows } = await graph.read<{ around: bigint[] }>('cypher/show/around.cypher', { ...weighing, userId: id });
    return rows[0]?.around ?? [];
  }
}
