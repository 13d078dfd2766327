import type { Graph } from './graph.ts';

/** The users with `first` <= userId < `end`. */
export interface UserRange {
  first: bigint;
  end: bigint;
}

/** Above every user id; ids are at most 2^31 − 1. */
export const beyondAllUsers = 2n ** 31n;

/** Every user once, in ranges of at most `size` users, by id. */
export async function userRanges(graph: Graph, size: number): Promise<UserRange[]> {
  const { rows } = await graph.read<{ first: bigint }>('cypher/state/user-ranges.cypher', { size: BigInt(size) });
  return rows.map(({ first }, i) => ({ first, end: rows[i + 1]?.first ?? beyondAllUsers }));
}
