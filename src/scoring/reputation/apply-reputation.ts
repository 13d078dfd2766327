import type { Graph } from '../../graph/graph.ts';
import { userRanges } from '../../graph/user-ranges.ts';
import { type UserId, userIdOf } from '../../user-id.ts';
import type { ReputationList } from './reputation-list.ts';

const batchSize = 20_000;

/**
 * Makes the nodes' `reputation` match the run's list exactly: it is removed from users not in the list, and from all if
 * there is no list.
 *
 * @returns how many users of the graph now have a score
 */
export async function applyReputation(graph: Graph, list: ReputationList | undefined): Promise<{ scored: number }> {
  let scored = 0;
  for (const range of await userRanges(graph, 100_000)) {
    const { rows } = await graph.read<{ userId: bigint }>('cypher/reputation/scored-users.cypher', { ...range });
    const gone = rows.map(({ userId }) => userId).filter((userId) => !list?.has(userIdOf(userId)));
    for (let i = 0; i < gone.length; i += batchSize)
      await graph.write('cypher/reputation/remove.cypher', { userIds: gone.slice(i, i + batchSize) });
    scored += rows.length - gone.length;
  }
  for (const scores of batchesOf(list ?? [])) {
    const { rows } = await graph.write<{ added: bigint }>('cypher/reputation/set.cypher', { scores });
    scored += Number(rows[0]?.added ?? 0n);
  }
  return { scored };
}

function* batchesOf(list: Iterable<[userId: UserId, pred: number]>): Generator<[bigint, number][]> {
  let batch: [bigint, number][] = [];
  for (const [userId, pred] of list) {
    batch.push([BigInt(userId), pred]);
    if (batch.length < batchSize) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
