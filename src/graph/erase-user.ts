import type { UserId } from '../user-id.ts';
import type { Graph } from './graph.ts';
import { userRanges } from './user-ranges.ts';

const usersPerRange = 20_000;
const mostDeleted = 20_000n;

/** What of a user is in the graph: users (0 or 1), their relationships, and others who have them in a list. */
export interface UserInGraph {
  users: number;
  relationships: number;
  lists: number;
}

export async function countUser(graph: Graph, userId: UserId): Promise<UserInGraph> {
  const id = BigInt(userId);
  const { rows } = await graph.read<{ relationships: bigint }>('cypher/forget/count.cypher', { userId: id });
  let lists = 0n;
  for (const range of await userRanges(graph, usersPerRange)) {
    const parameters = { ...range, userId: id };
    const naming = await graph.read<{ naming: bigint }>('cypher/forget/count-lists.cypher', parameters);
    lists += naming.rows[0]?.naming ?? 0n;
  }
  return { users: rows.length, relationships: Number(rows[0]?.relationships ?? 0n), lists: Number(lists) };
}

/**
 * Deletes a user, every relationship from or to them, and their place in the lists of others. Interrupted anywhere, it
 * can be repeated.
 */
export async function eraseUser(graph: Graph, userId: UserId): Promise<UserInGraph> {
  const id = BigInt(userId);
  let lists = 0n;
  for (const range of await userRanges(graph, usersPerRange)) {
    const parameters = { ...range, userId: id };
    const naming = await graph.write<{ naming: bigint }>('cypher/forget/remove-from-lists.cypher', parameters);
    lists += naming.rows[0]?.naming ?? 0n;
  }
  let relationships = 0n;
  for (;;) {
    const { rows } = await graph.write<{ deleted: bigint }>('cypher/forget/delete-relationships.cypher', {
      userId: id,
      limit: mostDeleted,
    });
    const deleted = rows[0]?.deleted ?? 0n;
    relationships += deleted;
    if (deleted < mostDeleted) break;
  }
  const { rows } = await graph.write<{ deleted: bigint }>('cypher/forget/delete-user.cypher', { userId: id });
  return { users: Number(rows[0]?.deleted ?? 0n), relationships: Number(relationships), lists: Number(lists) };
}
