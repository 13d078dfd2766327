import type { Graph } from './graph.ts';

/** Creates the graph's constraint if it is missing (as after a bulk import) and waits until its index is ready. */
export async function ensureSchema(graph: Graph): Promise<void> {
  await graph.constrain('cypher/schema/user-id.cypher', 'cypher/schema/drop-half-user-id.cypher');
  await graph.change('cypher/schema/await-index.cypher', { seconds: 3600n });
}

/** How many nodes and relationships of each kind the graph has. */
export interface GraphSize {
  users: number;
  /** With those that words have set aside. */
  activities: number;
  closest: number;
}

export async function graphSize(graph: Graph): Promise<GraphSize> {
  const { rows } = await graph.read<Record<string, bigint>>('cypher/state/count-graph.cypher');
  const count = (name: string) => Number(rows[0]?.[name] ?? 0n);
  return {
    users: count('users'),
    activities: count('followed') + count('replied') + count('liked') + count('mentioned') + count('aside'),
    closest: count('closest'),
  };
}

/** Removes every node and relationship, in bounded transactions. */
export async function emptyGraph(graph: Graph): Promise<void> {
  const limit = 50_000n;
  for (const file of ['cypher/state/delete-relationships.cypher', 'cypher/state/delete-nodes.cypher'] as const)
    for (;;) {
      const { rows } = await graph.write<{ deleted: bigint }>(file, { limit });
      if ((rows[0]?.deleted ?? 0n) < limit) break;
    }
  // Last, because as long as anything is left, the graph lacks what it lacked before.
  await graph.write('cypher/expire/forget-horizon.cypher');
}
