import type { Graph } from './graph.ts';
import type { UserRange } from './user-ranges.ts';

/** Whom each user in a range has followed at or before `asOf` (epoch seconds); users who follow nobody are absent. */
export async function readFollowed(
  graph: Graph,
  range: UserRange,
  asOf: number,
): Promise<{ userId: bigint; others: bigint[] }[]> {
  const { rows } = await graph.read<{ userId: bigint; followed: bigint[] }>('cypher/recommend/followed.cypher', {
    first: range.first,
    end: range.end,
    asOf: BigInt(asOf),
  });
  return rows.map(({ userId, followed }) => ({ userId, others: followed }));
}
