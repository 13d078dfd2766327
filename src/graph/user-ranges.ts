import type { Graph } from './graph.ts';

/** The users with `first` <= userId < `end`. */
export interface UserRange {
  first: bigint;
  end: bigint;
}

/** Above every user id, which are at most 2^31 − 1. */
const beyondAllUsers = 2n ** 31n;

/** Every user once, in ranges of at most `size` users, by id. */
export async function userRanges(graph: Graph, size: number): Promise<UserRange[]> {
  const { rows } = await graph.read<{ first: bigint }>('cypher/state/user-ranges.cypher', { size: BigInt(size) });
  return rows.map(({ first }, i) => ({ first, end: rows[i + 1]?.first ?? beyondAllUsers }));
}

/**
 * Does `work` for each item, at most `sessions` at a time, in order of the items. The first error stops the others
 * from taking further items and is thrown when all have come to rest.
 */
export async function sideBySide<Item>(
  items: readonly Item[],
  sessions: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  let next = 0;
  let failed = false;
  const worker = async () => {
    while (next < items.length && !failed) {
      const item = items[next++] as Item;
      try {
        await work(item);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: Math.min(sessions, items.length) }, worker));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}
