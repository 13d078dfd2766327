import type { Graph } from './graph.ts';

/** A user's closest connections, the closest first. */
export interface ClosestList {
  userId: bigint;
  closest: bigint[];
  /** Parallel, in units. */
  weights: bigint[];
}

const forgottenAtOnce = 20_000n;
const listsAtOnce = 2_000;

/**
 * Puts lists that another engine has computed in the place of those in the graph, and makes users of whom it lacks.
 * Interrupted, it can be repeated.
 */
export async function takeLists(
  graph: Graph,
  lists: AsyncIterable<ClosestList>,
  onProgress: (users: number) => void,
): Promise<void> {
  for (;;) {
    const { rows } = await graph.write<{ forgotten: bigint }>('cypher/closest/forget-lists.cypher', {
      limit: forgottenAtOnce,
    });
    if (rows[0]?.forgotten !== forgottenAtOnce) break;
  }
  let some: ClosestList[] = [];
  let done = 0;
  const take = async () => {
    await graph.write('cypher/closest/take-lists.cypher', {
      lists: some.map(({ userId, closest, weights }) => [userId, closest, weights]),
    });
    done += some.length;
    some = [];
    onProgress(done);
  };
  for await (const list of lists) {
    some.push(list);
    if (some.length === listsAtOnce) await take();
  }
  if (some.length > 0) await take();
}
