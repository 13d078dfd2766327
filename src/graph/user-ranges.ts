import type { Graph } from './graph.ts';

/** The users with `first` <= userId < `end`. */
export interface UserRange {
  first: bigint;
  end: bigint;
}

/** Above every user id. It is no Integer of Cypher: Graph sends it as a Float, which compares exactly. */
export const beyondAllUsers = 2n ** 63n;

/** The range of one user. */
export function onlyUser(userId: bigint): UserRange {
  return { first: userId, end: userId + 1n };
}

/** Every user once, in ranges of at most `size` users, by id. */
export async function userRanges(graph: Graph, size: number): Promise<UserRange[]> {
  const { rows } = await graph.read<{ first: bigint }>('cypher/state/user-ranges.cypher', { size: BigInt(size) });
  return rows.map(({ first }, i) => ({ first, end: rows[i + 1]?.first ?? beyondAllUsers }));
}
